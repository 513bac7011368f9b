import { describe, expect, test } from '@jest/globals';
import { findCiRun } from '../../../src/provenance/ci-runs.js';

describe('the CI run', () => {
  test.each([
    [
      'GitHub Actions',
      {
        GITHUB_ACTIONS: 'true',
        GITHUB_SERVER_URL: 'https://github.com',
        GITHUB_REPOSITORY: 'acme/app',
        GITHUB_RUN_ID: '42',
        GITHUB_RUN_ATTEMPT: '2',
      },
      'https://github.com/acme/app/actions/runs/42/attempts/2',
    ],
    [
      'GitHub Actions without attempts',
      {
        GITHUB_ACTIONS: 'true',
        GITHUB_SERVER_URL: 'https://github.com',
        GITHUB_REPOSITORY: 'acme/app',
        GITHUB_RUN_ID: '42',
      },
      'https://github.com/acme/app/actions/runs/42',
    ],
    [
      'GitLab CI',
      { GITLAB_CI: 'true', CI_PIPELINE_URL: 'https://gitlab.com/acme/app/-/pipelines/7' },
      'https://gitlab.com/acme/app/-/pipelines/7',
    ],
    [
      'CircleCI',
      { CIRCLECI: 'true', CIRCLE_BUILD_URL: 'https://circleci.com/gh/acme/app/9' },
      'https://circleci.com/gh/acme/app/9',
    ],
    [
      'CodeBuild',
      {
        CODEBUILD_BUILD_ID: 'app:1',
        CODEBUILD_BUILD_URL:
          'https://eu-west-1.console.aws.amazon.com/codebuild/home?region=eu-west-1#/builds/app:1/view',
      },
      'https://eu-west-1.console.aws.amazon.com/codebuild/home?region=eu-west-1#/builds/app:1/view',
    ],
    [
      'Jenkins',
      { JENKINS_URL: 'https://ci.acme.com/', BUILD_URL: 'https://me:s3cret@ci.acme.com/job/app/3/' },
      'https://ci.acme.com/job/app/3/',
    ],
    [
      'Buildkite',
      { BUILDKITE: 'true', BUILDKITE_BUILD_URL: 'https://buildkite.com/acme/app/builds/5' },
      'https://buildkite.com/acme/app/builds/5',
    ],
    [
      'Azure Pipelines',
      {
        TF_BUILD: 'True',
        SYSTEM_COLLECTIONURI: 'https://dev.azure.com/acme/',
        SYSTEM_TEAMPROJECT: 'My App',
        BUILD_BUILDID: '11',
      },
      'https://dev.azure.com/acme/My%20App/_build/results?buildId=11',
    ],
    [
      'Bitbucket Pipelines',
      { BITBUCKET_BUILD_NUMBER: '8', BITBUCKET_REPO_FULL_NAME: 'acme/app' },
      'https://bitbucket.org/acme/app/pipelines/results/8',
    ],
  ])('of %s', (_, env, url) => {
    expect(findCiRun(env)).toBe(url);
  });

  test('is not invented outside of CI, nor from half of the variables', () => {
    expect(findCiRun({ BUILD_URL: 'https://ci.acme.com/job/app/3/' })).toBeUndefined();
    expect(findCiRun({ GITHUB_ACTIONS: 'true', GITHUB_RUN_ID: '42' })).toBeUndefined();
    expect(findCiRun({ JENKINS_URL: 'x', BUILD_URL: 'javascript:alert(1)' })).toBeUndefined();
  });
});
