/* Only syntax that every Node.js understands, so that an old one can say what is wrong instead of crashing. */
'use strict';

var parts = process.versions.node.split('.').map(Number);

if (parts[0] < 22 || (parts[0] === 22 && parts[1] < 14)) {
  throw new Error(
    '@holdfast/serverless-plugin needs Node.js 22.14 or newer, this is ' + process.versions.node,
  );
}

// Of the host, too, whatever is loaded from here on starts faster from the second time.
require('module').enableCompileCache();
module.exports = require('./dist/bundle/main.js');
