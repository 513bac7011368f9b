import { createHash } from 'node:crypto';
import { Readable, Transform, type TransformCallback } from 'node:stream';
import { HoldfastError, type Digest } from '@holdfast/core';

/** Milliseconds until a code must have arrived; Lambda's links are valid for ten minutes. */
const WITHIN_MS = 600_000;

/** How a link is followed; it is replaced in tests. */
export type Fetch = (url: string, init: { readonly signal: AbortSignal }) => Promise<Response>;

/**
 * The bytes behind a presigned link. The stream fails with `corrupt` at its end when they are not what the digest says.
 *
 * The link is a secret for as long as it is valid: it is in no message. Throws `unavailable` and `access-denied`.
 */
export async function download(
  url: string,
  digest: Digest,
  what: string,
  follow: Fetch = fetch,
): Promise<Readable> {
  const answer = await request(url, what, follow);
  if (!answer.ok || answer.body === null) {
    await answer.body?.cancel();
    const code = answer.status === 403 ? 'access-denied' : 'unavailable';
    throw new HoldfastError(code, `the code of ${what} could not be read (status ${answer.status})`);
  }
  const body = Readable.fromWeb(answer.body);
  const checked = new DigestCheck(digest, what);
  body.on('error', (cause) => {
    const message = `the code of ${what} did not arrive whole`;
    checked.destroy(new HoldfastError('unavailable', message, { cause: { name: cause.name } }));
  });
  checked.on('close', () => body.destroy());
  return body.pipe(checked);
}

async function request(url: string, what: string, follow: Fetch): Promise<Response> {
  try {
    return await follow(url, { signal: AbortSignal.timeout(WITHIN_MS) });
  } catch (error) {
    const name = error instanceof Error ? error.name : '';
    throw new HoldfastError('unavailable', `the code of ${what} could not be read (${name})`);
  }
}

class DigestCheck extends Transform {
  readonly #hash = createHash('sha256');
  readonly #digest: Digest;
  readonly #what: string;

  constructor(digest: Digest, what: string) {
    super();
    this.#digest = digest;
    this.#what = what;
  }

  override _transform(chunk: Buffer, _: BufferEncoding, done: TransformCallback): void {
    this.#hash.update(chunk);
    done(null, chunk);
  }

  override _flush(done: TransformCallback): void {
    const got = `sha256:${this.#hash.digest('hex')}`;
    if (got === this.#digest) return done();
    done(new HoldfastError('corrupt', `what Lambda sent for ${this.#what} is ${got}, not ${this.#digest}`));
  }
}
