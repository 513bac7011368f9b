import { openStore } from '../../../src/index.js';
import { say, startTogether } from './say.js';

/** Publishes several contents of one artifact at once. Arguments: store URL, artifact ID, contents as JSON texts. */
async function main([url, id, contents]: string[]): Promise<void> {
  // Opened after the start as well: that the store is made by many at once is part of the race.
  await startTogether();
  const store = await openStore(url!);
  const texts = JSON.parse(contents!) as string[];
  const results = await Promise.all(
    texts.map((text) => store.publish({ id: id!, source: { kind: 'bytes', bytes: Buffer.from(text) } })),
  );
  for (const { version, outcome } of results)
    say({ number: version.number, digest: version.digest, outcome });
  await store.close();
}

void main(process.argv.slice(2));
