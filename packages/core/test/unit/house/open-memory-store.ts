import { loadedPackages } from './loaded-packages.js';
import { openStore } from '../../../src/index.js';

async function main(): Promise<void> {
  const store = await openStore('memory:loading');
  await store.close();
  process.stdout.write(JSON.stringify(loadedPackages()));
}

void main();
