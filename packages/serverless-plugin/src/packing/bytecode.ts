/** The time of every entry of a packed zip, 1980-01-01, in seconds since 1970. */
const PACKED_AT = 315_532_800;

/** How much of a file tells. */
export const BYTECODE_HEADER = 16;

/** Whether a file, by its path in the zip, is bytecode that Python keeps of a module. */
export function isBytecode(path: string): boolean {
  return /(^|\/)__pycache__\/[^/]+\.pyc$/.test(path);
}

/**
 * Whether bytecode is valid only beside a source of another time. Packed sources have one time, as in the zips of the
 * hosts themselves, so that Python passes over such bytecode; and pip makes other bytes at every installation. Bytecode that goes by its
 * source's digest (PEP 552) stays.
 */
export function isUselessBytecode(header: Buffer): boolean {
  return (
    header.length >= BYTECODE_HEADER && header.readUInt32LE(4) === 0 && header.readUInt32LE(8) !== PACKED_AT
  );
}
