import assert from 'node:assert/strict';
import { Readable } from 'node:stream';
import { isHoldfastError } from '../errors.js';
import type { Location } from '../model.js';
import type { ByteSource, ContentCopy, Engine } from '../ports/index.js';
import { contractCases, type ContractBody, type ContractCase, type EngineHarness } from './contract.js';
import { collect, material, read, refused, sourceOf, type Material } from './material.js';

function copyOf({ digest }: Material, generation = 1, repository = 'default'): ContentCopy {
  return { repository, digest, generation };
}

async function notThere(engine: Engine, copy: ContentCopy): Promise<void> {
  assert.equal(await engine.content.has(copy), undefined);
  await refused(engine.content.open(copy), 'not-found', copy.digest.slice(7));
  assert.deepEqual(await collect(engine.content.list(copy.repository)), []);
}

/** Yields the bytes given to `push`, and ends or fails when told. */
function slowSource(): { source: ByteSource; stream: Promise<Readable> } {
  const opened = Promise.withResolvers<Readable>();
  const open = (): Readable => {
    const stream = new Readable({ read: () => undefined });
    opened.resolve(stream);
    return stream;
  };
  return { source: { open }, stream: opened.promise };
}

function assertNotConfigured(error: unknown): void {
  assert(isHoldfastError(error) && error.code === 'invalid-input', String(error));
  assert(error.hint !== undefined && error.hint !== '', 'the hint must say what to configure');
}

async function generationsOf({ content }: Engine): Promise<number[]> {
  const copies = await collect(content.list('default'));
  return copies.map(({ generation }) => generation).toSorted((one, other) => one - other);
}

const zip = material('PK: a small archive');
const other = material('another content');
const large: Material = material('0123456789abcdef'.repeat(200_000));

const bodies: Record<string, ContractBody> = {
  'what was put is there for every handle, byte for byte': async (a, b) => {
    await a.content.put(copyOf(zip), zip.source);
    await b.content.put(copyOf(large), large.source);
    assert.equal(await b.content.has(copyOf(zip)), zip.size);
    assert.deepEqual(await read(b, copyOf(zip)), zip.bytes);
    assert.deepEqual(await read(a, copyOf(large)), large.bytes);
  },

  'empty content is content': async (a, b) => {
    const empty = material('');
    await a.content.put(copyOf(empty), empty.source);
    assert.equal(await b.content.has(copyOf(empty)), 0);
    assert.equal((await read(b, copyOf(empty))).length, 0);
  },

  'a source of unknown size is stored whole': async (a, b) => {
    const chunks = [zip.bytes.subarray(0, 3), zip.bytes.subarray(3)];
    await a.content.put(copyOf(zip), { open: () => Readable.from(chunks) });
    assert.deepEqual(await read(b, copyOf(zip)), zip.bytes);
  },

  'what was never put is definitely not there': async (a) => {
    await notThere(a, copyOf(zip));
  },

  'putting again changes nothing': async (a, b) => {
    await a.content.put(copyOf(zip), zip.source);
    await b.content.put(copyOf(zip), zip.source);
    assert.deepEqual(await read(a, copyOf(zip)), zip.bytes);
    assert.deepEqual(await collect(a.content.list('default')), [copyOf(zip)]);
  },

  'putting the same at once, many times, ends with one whole copy': async (a, b) => {
    await Promise.all(
      Array.from({ length: 16 }, (_, i) => (i % 2 ? a : b).content.put(copyOf(large), large.source)),
    );
    assert.deepEqual(await read(a, copyOf(large)), large.bytes);
    assert.deepEqual(await collect(b.content.list('default')), [copyOf(large)]);
  },

  'a copy is visible only when it is complete': async (a, b) => {
    const { source, stream } = slowSource();
    const putting = a.content.put(copyOf(large), source);
    const bytes = await stream;
    bytes.push(large.bytes.subarray(0, 2_000_000));
    await notThere(b, copyOf(large));
    // Tidying up after the dead must not disturb the living.
    await b.content.removeAbandoned(new Date(Date.now() - 3_600_000), 'default');
    bytes.push(large.bytes.subarray(2_000_000));
    await notThere(b, copyOf(large));
    bytes.push(null);
    await putting;
    assert.deepEqual(await read(b, copyOf(large)), large.bytes);
  },

  'a source that fails midway leaves nothing, and the same copy can be put again': async (a, b) => {
    const { source, stream } = slowSource();
    const putting = a.content.put(copyOf(large), source);
    const bytes = await stream;
    bytes.push(large.bytes.subarray(0, 1_000_000));
    bytes.destroy(new Error('the network is down'));
    await assert.rejects(putting);
    await notThere(b, copyOf(large));
    await b.content.put(copyOf(large), large.source);
    assert.deepEqual(await read(a, copyOf(large)), large.bytes);
  },

  'a source that cannot be opened leaves nothing': async (a, b) => {
    const open = (): Readable => {
      throw new Error('no such place');
    };
    await assert.rejects(a.content.put(copyOf(zip), { open }));
    await notThere(b, copyOf(zip));
  },

  'other bytes than the digest says are corrupt, and leave nothing': async (a, b) => {
    const wrong = [
      other.source,
      sourceOf(zip.bytes.subarray(1)),
      sourceOf(Buffer.concat([zip.bytes, zip.bytes])),
    ];
    for (const source of [...wrong, sourceOf(Buffer.alloc(0))]) {
      await refused(a.content.put(copyOf(zip), source), 'corrupt', zip.digest);
      await notThere(b, copyOf(zip));
    }
  },

  'other bytes do not harm the copy that is there': async (a, b) => {
    await a.content.put(copyOf(zip), zip.source);
    await refused(b.content.put(copyOf(zip), other.source), 'corrupt', zip.digest);
    assert.deepEqual(await read(a, copyOf(zip)), zip.bytes);
  },

  'the source is opened once by a put that succeeds': async (a) => {
    let opened = 0;
    const open = (): Readable => {
      opened += 1;
      return zip.source.open();
    };
    await a.content.put(copyOf(zip), { open });
    assert.equal(opened, 1);
  },

  'generations, repositories and digests are kept apart': async (a, b) => {
    const copies = [copyOf(zip), copyOf(zip, 2), copyOf(zip, 10), copyOf(zip, 1, 'team-a'), copyOf(other)];
    await Promise.all(
      copies.map((copy) => a.content.put(copy, (copy.digest === zip.digest ? zip : other).source)),
    );
    await b.content.delete(copyOf(zip));
    assert.equal(await a.content.has(copyOf(zip)), undefined);
    assert.deepEqual(await read(a, copyOf(zip, 2)), zip.bytes);
    assert.deepEqual(await read(a, copyOf(zip, 1, 'team-a')), zip.bytes);
    const left = await collect(b.content.list('default'));
    assert.deepEqual(
      new Set(left.map((copy) => JSON.stringify(copy))),
      new Set([
        JSON.stringify(copyOf(zip, 2)),
        JSON.stringify(copyOf(zip, 10)),
        JSON.stringify(copyOf(other)),
      ]),
    );
    assert.deepEqual(await collect(b.content.list('team-a')), [copyOf(zip, 1, 'team-a')]);
    assert.deepEqual(await collect(b.content.list('team-b')), []);
  },

  'a deleted copy is not there, and deleting again is no error': async (a, b) => {
    await a.content.put(copyOf(zip), zip.source);
    await Promise.all([a.content.delete(copyOf(zip)), b.content.delete(copyOf(zip))]);
    await a.content.delete(copyOf(zip));
    await notThere(b, copyOf(zip));
  },

  'a deletion does not break a read that has begun': async (a, b) => {
    await a.content.put(copyOf(large), large.source);
    const stream = await a.content.open(copyOf(large));
    const chunks: Buffer[] = [];
    for await (const chunk of stream) {
      if (chunks.length === 0) await b.content.delete(copyOf(large));
      chunks.push(chunk as Buffer);
    }
    assert.deepEqual(Buffer.concat(chunks), large.bytes);
  },

  'removing what was abandoned spares complete copies': async (a, b) => {
    await a.content.put(copyOf(zip), zip.source);
    assert.equal(await b.content.removeAbandoned(new Date(Date.now() + 3_600_000), 'default'), 0);
    assert.deepEqual(await read(a, copyOf(zip)), zip.bytes);
  },

  'a location names a place of its own for each copy, or is refused as not configured': async (a) => {
    await a.content.put(copyOf(zip), zip.source);
    try {
      const first = await a.content.locate(copyOf(zip));
      assert(first.region !== '' && first.bucket !== '' && first.key !== '');
      const second = await a.content.locate(copyOf(zip, 2));
      const third = await a.content.locate(copyOf(zip, 1, 'team-a'));
      assert.equal(new Set([first, second, third].map(({ key }) => key)).size, 3);
    } catch (error) {
      assertNotConfigured(error);
    }
  },

  'a location with an ending has a key that ends in it, is the same copy, and goes with it': async (a, b) => {
    await Promise.all([1, 2, 10].map((generation) => a.content.put(copyOf(zip, generation), zip.source)));
    try {
      await a.content.checkLocatable();
    } catch (error) {
      assertNotConfigured(error);
      return;
    }
    const endings = ['.env', '.tar.gz', '.g'];
    // Twice, and by several at once.
    for (const content of [a.content, b.content]) {
      const plain = await content.locate(copyOf(zip));
      const located = await Promise.all(
        [...endings, ...endings].map((ending) => content.locate(copyOf(zip), ending)),
      );
      assert.deepEqual(
        located.map(({ key }) => key),
        [...endings, ...endings].map((ending) => plain.key + ending),
      );
    }
    await b.content.locate(copyOf(zip, 2), '.env');
    assert.deepEqual(await generationsOf(a), [1, 2, 10]);
    await b.content.delete(copyOf(zip, 2));
    assert.deepEqual(await generationsOf(a), [1, 10]);
    assert.deepEqual(await read(a, copyOf(zip)), zip.bytes);
    await a.content.delete(copyOf(zip));
    assert.deepEqual(await generationsOf(b), [10]);
    assert.equal(await b.content.has(copyOf(zip)), undefined);
  },

  'a location whose key goes on with a name is the same copy and goes with it, or is refused': async (
    a,
    b,
  ) => {
    await Promise.all([1, 2].map((generation) => a.content.put(copyOf(zip, generation), zip.source)));
    const name = '/d41d8cd98f00b204e9800998ecf8427e.template';
    let plain: Location;
    try {
      plain = await a.content.locate(copyOf(zip, 2));
    } catch (error) {
      assertNotConfigured(error);
      return;
    }
    try {
      assert.equal((await b.content.locate(copyOf(zip, 2), name)).key, plain.key + name);
    } catch (error) {
      assert(isHoldfastError(error) && error.code === 'unsupported', String(error));
    }
    assert.deepEqual(await generationsOf(a), [1, 2]);
    await a.content.delete(copyOf(zip, 2));
    assert.deepEqual(await generationsOf(b), [1]);
  },

  'a location with an ending is refused for a copy that is not there, and for what is no ending': async (
    a,
  ) => {
    try {
      await a.content.checkLocatable();
    } catch (error) {
      assertNotConfigured(error);
      return;
    }
    await refused(a.content.locate(copyOf(zip), '.env'), 'not-found', zip.digest);
    await a.content.put(copyOf(zip), zip.source);
    for (const ending of ['env', '.', '.g2', '.g2.env', '/x', '.x/y', '.. ', `.${'x'.repeat(40)}`])
      await refused(a.content.locate(copyOf(zip), ending), 'invalid-input', ending.slice(1));
    assert.deepEqual(await generationsOf(a), [1]);
  },
};

/** What every content storage must do. */
export function contentStorageContract(harness: EngineHarness): readonly ContractCase[] {
  return contractCases(harness, 'content storage', bodies);
}
