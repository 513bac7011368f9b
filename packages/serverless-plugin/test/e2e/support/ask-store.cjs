// Calls one method of the built store and prints its answer, because jest cannot load the engines that the built packages import.
const { openStore } = require('@holdfast/core');

async function main([method, ...args]) {
  const store = await openStore('aws:');
  try {
    return { value: await store[method](...args.map((arg) => JSON.parse(arg))) };
  } catch (error) {
    return { code: error.code ?? String(error) };
  } finally {
    await store.close();
  }
}

main(process.argv.slice(2)).then((answer) => process.stdout.write(JSON.stringify(answer)));
