/** What V8 compiled of a file in a run. */
export interface CompiledCode {
  /** The file's size and time; of another one the code is not used. */
  readonly stamp: string;
  /** The modules within the file that were evaluated. */
  readonly modules: ReadonlySet<string>;
  readonly code: Uint8Array;
}

const KIND = 'HFCODE1\n';
const LENGTH_BYTES = 8;
/** V8 reads code in place where it begins at a multiple of this, and copies it elsewhere. */
const ALIGNMENT = 8;

/**
 * The bytes to keep. All stands there twice: V8 trusts what it is given, and to compare two copies is the one check that takes less time
 * than it saves (a checksum in JavaScript, or to load Node's, takes milliseconds).
 */
export function encodeCompiledCode({ stamp, modules, code }: CompiledCode): Buffer {
  const head = Buffer.from(JSON.stringify([stamp, ...modules]));
  const length = Buffer.alloc(LENGTH_BYTES);
  length.writeUInt32LE(head.byteLength);
  const body = Buffer.concat([
    ...[length, head, padding(head.byteLength)],
    ...[Buffer.from(code), padding(code.byteLength)],
  ]);
  return Buffer.concat([Buffer.from(KIND, 'latin1'), body, body]);
}

/** The inverse, but for what pads the code; undefined for anything that is not whole. */
export function decodeCompiledCode(bytes: Buffer): CompiledCode | undefined {
  const start = KIND.length;
  const middle = start + (bytes.byteLength - start) / 2;
  if (bytes.byteLength < start + 2 * LENGTH_BYTES || middle % 1 !== 0) return undefined;
  if (bytes.toString('latin1', 0, start) !== KIND) return undefined;
  if (bytes.compare(bytes, middle, bytes.byteLength, start, middle) !== 0) return undefined;
  const length = bytes.readUInt32LE(start);
  const headAt = start + LENGTH_BYTES;
  const [stamp = '', ...modules] = JSON.parse(bytes.toString('utf8', headAt, headAt + length)) as string[];
  const codeAt = headAt + length + padding(length).byteLength;
  return { stamp, modules: new Set(modules), code: bytes.subarray(codeAt, middle) };
}

function padding(length: number): Buffer {
  return Buffer.alloc((ALIGNMENT - (length % ALIGNMENT)) % ALIGNMENT);
}
