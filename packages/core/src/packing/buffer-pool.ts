const SMALLEST = 4 * 1024;

/** Buffers that are used again, since fresh ones cost page faults and are freed late. Their contents are arbitrary. */
export class BufferPool {
  private readonly free = new Map<number, Buffer[]>();
  private freeBytes = 0;

  /** @param limit how many bytes may lie about unused */
  constructor(private readonly limit: number) {}

  /** A buffer of at least this many bytes: rounded up to a power of two, so that few sizes serve all. */
  take(length: number): Buffer {
    let size = SMALLEST;
    while (size < length) {
      size *= 2;
    }
    const buffer = this.free.get(size)?.pop();
    if (buffer === undefined) {
      return Buffer.allocUnsafeSlow(size);
    }
    this.freeBytes -= size;
    return buffer;
  }

  /** The caller must not use the buffer any more. */
  giveBack(buffer: Buffer): void {
    if (this.freeBytes + buffer.length > this.limit) {
      return;
    }
    this.freeBytes += buffer.length;
    const others = this.free.get(buffer.length);
    if (others === undefined) {
      this.free.set(buffer.length, [buffer]);
    } else {
      others.push(buffer);
    }
  }
}
