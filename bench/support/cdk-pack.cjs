// Packs a directory as cdk-assets does: cdk-pack.cjs <folder of its node_modules> <directory> <zip>
const { join } = require('node:path');

const [modules, directory, zip] = process.argv.slice(2);
const { zipDirectory } = require(join(modules, '@aws-cdk/cdk-assets-lib/lib/private/archive.js'));
void zipDirectory(directory, zip, () => undefined);
