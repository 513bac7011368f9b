// Answers calls of the built store's methods, one a line, because jest cannot load the engines that the built packages import.
const { createInterface } = require('node:readline');
const { openStore } = require('@holdfast/core');

async function main() {
  const store = await openStore('aws:');
  process.stdout.write('ready\n');
  for await (const line of createInterface({ input: process.stdin })) {
    const { method, args } = JSON.parse(line);
    const answer = await store[method](...args).then(
      (value) => ({ value }),
      (error) => ({ code: error.code ?? 'unknown', message: String(error) }),
    );
    process.stdout.write(`${JSON.stringify(answer)}\n`);
  }
  await store.close();
}

main();
