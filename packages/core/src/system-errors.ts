/**
 * The code of an error of the operating system or a native library, such as `ENOENT`; empty for anything else.
 *
 * By its shape, not its class: where the host runs code in contexts of their own, as test runners do, such errors are not
 * instances of the `Error` that this code sees.
 */
export function systemErrorCode(error: unknown): string {
  return typeof error === 'object' && error !== null && 'code' in error ? String(error.code) : '';
}
