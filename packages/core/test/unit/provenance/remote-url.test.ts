import { describe, expect, test } from '@jest/globals';
import { publicRemoteUrl } from '../../../src/provenance/remote-url.js';

describe('a remote as it is kept', () => {
  test.each([
    ['https://github.com/acme/app.git', 'https://github.com/acme/app.git'],
    ['https://me:s3cret@github.com/acme/app.git', 'https://github.com/acme/app.git'],
    ['https://ghp_s3cret@github.com/acme/app.git', 'https://github.com/acme/app.git'],
    ['https://host:8443/acme/app?private_token=s3cret#s3cret', 'https://host:8443/acme/app'],
    ['git@github.com:acme/app.git', 'git@github.com:acme/app.git'],
    ['s3cret@github.com:acme/app.git', 'github.com:acme/app.git'],
    ['ssh://git@github.com:2222/acme/app.git', 'ssh://git@github.com:2222/acme/app.git'],
    ['ssh://git:s3cret@github.com/acme/app.git', 'ssh://git@github.com/acme/app.git'],
    ['ssh://s3cret@github.com/acme/app.git', 'ssh://github.com/acme/app.git'],
    ['  https://github.com/acme/app\n', 'https://github.com/acme/app'],
  ])('%j becomes %j', (remote, expected) => {
    expect(publicRemoteUrl(remote)).toBe(expected);
  });

  test.each([
    '/srv/git/app.git',
    '../app.git',
    './a:b',
    'file:///home/me/app.git',
    'C:\\work\\app',
    'C:/work/app',
    'ext::ssh -i s3cret host %S app',
    'https://',
    '',
  ])('%j is left out', (remote) => {
    expect(publicRemoteUrl(remote)).toBeUndefined();
  });
});
