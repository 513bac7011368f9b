import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';

/** A process of its own that has the built store open. */
export interface StoreProcess {
  /** Calls a method of the store. Throws an error with the store's code. */
  ask(method: string, args: readonly unknown[]): Promise<unknown>;
  stop(): Promise<void>;
}

/** Resolves when the store is open, so that opening it is in nobody's record of requests. */
export async function openStoreProcess(env: Readonly<Record<string, string>>): Promise<StoreProcess> {
  const child = spawn(process.execPath, [join(__dirname, 'ask-store.cjs')], {
    env: { ...process.env, ...env },
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  // That the process ended is told by its output.
  child.stdin.on('error', () => undefined);
  const ended = once(child, 'close');
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  if ((await lines.next()).value !== 'ready') throw new Error('the store could not be opened');
  let last: Promise<unknown> = Promise.resolve();
  const next = async (method: string, args: readonly unknown[]): Promise<unknown> => {
    child.stdin.write(`${JSON.stringify({ method, args })}\n`);
    const answer = await lines.next();
    if (answer.done === true) throw new Error(`the store ended while it was asked to ${method}`);
    const { value, code, message } = JSON.parse(answer.value) as {
      value?: unknown;
      code?: string;
      message?: string;
    };
    if (code !== undefined) throw Object.assign(new Error(`${method}: ${message}`), { code });
    return value;
  };
  return {
    ask(method, args) {
      const answer = last.then(() => next(method, args));
      last = answer.catch(() => undefined);
      return answer;
    },
    async stop() {
      child.stdin.end();
      await ended;
    },
  };
}
