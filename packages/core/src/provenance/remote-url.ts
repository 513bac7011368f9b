const WEB = new Set(['http:', 'https:', 'git:']);
const SSH = new Set(['ssh:', 'git+ssh:', 'ssh+git:']);
/** `[user@]host:path`. A host of one letter is a drive of Windows. */
const SCP = /^(?:([^@/:\s]+)@)?([^@/:\s]{2,}):(?!\/\/|:)(\S+)$/;

/**
 * A git remote's URL as it may be kept for ever: without user information, query and fragment, where secrets are put.
 *
 * SSH forms keep the user `git`, which is the same for everyone. Returns undefined for local paths, which say
 * nothing to anybody else, and for transports whose parts are not known.
 */
export function publicRemoteUrl(remote: string): string | undefined {
  const text = remote.trim();
  if (/^[a-z][a-z0-9+.-]*:\/\//i.test(text)) return publicUrl(text);
  const scp = SCP.exec(text);
  if (scp === null) return undefined;
  const [, user, host, path] = scp;
  return `${user === 'git' ? 'git@' : ''}${host}:${withoutQuery(path ?? '')}`;
}

function publicUrl(text: string): string | undefined {
  if (!URL.canParse(text)) return undefined;
  const url = new URL(text);
  const ssh = SSH.has(url.protocol);
  if (!ssh && !WEB.has(url.protocol)) return undefined;
  if (!ssh || url.username !== 'git') url.username = '';
  url.password = '';
  url.search = '';
  url.hash = '';
  return url.href;
}

function withoutQuery(path: string): string {
  return path.replace(/[?#].*$/, '');
}
