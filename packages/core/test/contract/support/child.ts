import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface, type Interface } from 'node:readline';

/** A worker program that runs in a process of its own, and says what it did in lines of JSON. */
export class Child {
  readonly process: ChildProcess;
  readonly lines: unknown[] = [];
  readonly #output: Interface;
  /** Settles when the process is gone and everything it said was read. */
  readonly ended: Promise<{ code: number | null; stderr: string }>;

  constructor(workers: string, program: string, ...args: string[]) {
    const env = { ...process.env };
    // Read again at every start of Node, and never needed here.
    delete env['NODE_EXTRA_CA_CERTS'];
    this.process = spawn(process.execPath, [join(workers, program), ...args], { env, stdio: 'pipe' });
    let stderr = '';
    this.process.stderr!.on('data', (chunk: Buffer) => (stderr += chunk.toString()));
    this.#output = createInterface({ input: this.process.stdout! });
    this.#output.on('line', (line) => this.#take(line));
    this.ended = new Promise((resolve, reject) => {
      this.process.on('error', reject);
      this.process.on('close', (code) => resolve({ code, stderr }));
    });
  }

  #take(line: string): void {
    try {
      this.lines.push(JSON.parse(line));
    } catch {
      // A line that a kill cut short was not said.
    }
  }

  /** Waits until it has said that many lines, or has ended. */
  async said(count: number): Promise<void> {
    const end = new AbortController();
    void this.ended.finally(() => end.abort());
    while (this.lines.length < count && !end.signal.aborted) {
      await Promise.race([once(this.#output, 'line'), this.ended]);
    }
  }

  /** Lets a worker that waits for its standard input begin. */
  go(): void {
    this.process.stdin!.end('go');
  }

  /** What it said, once it ended well. Throws with what it complained of otherwise. */
  async finished<T>(): Promise<T[]> {
    const { code, stderr } = await this.ended;
    if (code !== 0) throw new Error(`the worker ended with ${code}: ${stderr}`);
    return this.lines as T[];
  }
}
