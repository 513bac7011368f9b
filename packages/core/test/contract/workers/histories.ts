import { playHistories } from '../support/play-histories.js';
import { say } from './say.js';

/** Plays random histories, each on a store and on the model. Arguments: the beginning of the stores' URLs, how many. */
async function main([url, count]: string[]): Promise<void> {
  let opened = 0;
  await playHistories(Number(count), () => `${url}${(opened += 1)}`);
  say({ played: Number(count) });
}

void main(process.argv.slice(2));
