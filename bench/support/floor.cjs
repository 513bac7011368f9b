// What a look at a directory costs Node at least: floor.cjs <directory> [read]
// Lists every folder and asks lstat of every file; with "read", reads and digests every file too. Nothing is kept or compared.
const { hash } = require('node:crypto');
const { closeSync, lstatSync, openSync, readdirSync, readSync } = require('node:fs');

const [root, read] = process.argv.slice(2);
const buffer = Buffer.allocUnsafeSlow(4 * 1024 * 1024);

function look(folder) {
  for (const child of readdirSync(folder, { withFileTypes: true })) {
    const path = `${folder}/${child.name}`;
    if (child.isDirectory()) look(path);
    else {
      lstatSync(path);
      if (read !== undefined) digest(path);
    }
  }
}

function digest(path) {
  const file = openSync(path, 'r');
  const count = readSync(file, buffer, 0, buffer.length, null);
  closeSync(file);
  hash('sha256', buffer.subarray(0, count), 'hex');
}

look(root);
