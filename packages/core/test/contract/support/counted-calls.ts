import type { DynamoApi } from '../../../src/engines/aws/catalog/client.js';
import type { ContentStorage, Engine } from '../../../src/ports/index.js';

/** Counts requests to DynamoDB, and the uploads of an engine, since the last look. */
export class CallCounter {
  #calls: string[] = [];

  /** What was called since the last look, in order. */
  take(): string[] {
    const calls = this.#calls;
    this.#calls = [];
    return calls;
  }

  readonly watch = (api: DynamoApi): DynamoApi => {
    const counted =
      <Input, Output>(name: string, call: (input: Input) => Promise<Output>) =>
      (input: Input): Promise<Output> => {
        this.#calls.push(name);
        return call(input);
      };
    return {
      get: counted('get', api.get),
      batchGet: counted('batchGet', api.batchGet),
      query: counted('query', api.query),
      transactGet: counted('transactGet', api.transactGet),
      transactWrite: counted('transactWrite', api.transactWrite),
      close: api.close,
    };
  };

  /** The engine, whose uploads are counted as one request each, and told an object version as S3 tells one. */
  watchUploads(engine: Engine): Engine {
    const content = Object.create(engine.content) as ContentStorage;
    content.put = async (copy, source, note) => {
      this.#calls.push('put');
      await engine.content.put(copy, source, note);
      note?.storedAs(`version of ${copy.digest}`);
    };
    for (const name of ['has', 'open', 'delete', 'list', 'removeAbandoned', 'locate'] as const) {
      Object.assign(content, { [name]: (engine.content[name] as () => unknown).bind(engine.content) });
    }
    return { ...engine, content };
  }
}
