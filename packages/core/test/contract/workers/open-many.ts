import { openStore } from '../../../src/index.js';
import { say, startTogether } from './say.js';

/** Opens one new store after the other, as other processes do at the same time. Arguments: URL without its end, how many. */
async function main([url, count]: string[]): Promise<void> {
  await startTogether();
  for (let i = 0; i < Number(count); i += 1) {
    const store = await openStore(`${url!}/team-${i}/shop/store`);
    await store.close();
  }
  say('opened');
}

void main(process.argv.slice(2));
