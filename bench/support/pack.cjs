// Packs one file or directory: pack.cjs <path> <zip>
const { statSync } = require('node:fs');
const { packTree, readTree, treeOfFile } = require('../../packages/core/dist/packing');

const [path, zip] = process.argv.slice(2);
void packTree(statSync(path).isDirectory() ? readTree(path) : treeOfFile(path), zip);
