/** Buffers of one size that are used again, since fresh ones cost page faults and are freed late. */
export class BlockBuffers {
  private readonly free: Buffer[] = [];

  constructor(private readonly size: number) {}

  take(): Buffer {
    return this.free.pop() ?? Buffer.allocUnsafeSlow(this.size);
  }

  giveBack(buffer: Buffer): void {
    this.free.push(buffer);
  }
}
