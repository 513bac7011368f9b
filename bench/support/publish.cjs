// Publishes one directory: publish.cjs <store folder> <cache folder, or - for none> <directory>
// As the command does.
require('node:module').enableCompileCache();
const { openStore } = require('../../packages/core');

const [store, cache, path] = process.argv.slice(2);
(async () => {
  const open = await openStore(`file:${store}`, { cache: cache === '-' ? false : cache });
  await open.publish({ id: 'bench', source: { kind: 'path', path } });
  await open.close();
})();
