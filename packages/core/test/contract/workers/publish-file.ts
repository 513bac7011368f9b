import { openStore } from '../../../src/index.js';
import { say } from './say.js';

/** Publishes a file, and says how much memory that took at most. Arguments: store URL, file. */
async function main([url, path]: string[]): Promise<void> {
  const store = await openStore(url!);
  const { version, uploaded } = await store.publish({ id: 'big', source: { kind: 'path', path: path! } });
  // Kibibytes: https://nodejs.org/api/process.html#processresourceusage
  say({
    digest: version.digest,
    size: version.size,
    uploaded,
    peakBytes: process.resourceUsage().maxRSS * 1024,
  });
  await store.close();
}

void main(process.argv.slice(2));
