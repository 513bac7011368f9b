#!/usr/bin/env node
/* Only syntax that every Node.js understands, so that an old one can say what is wrong instead of crashing. */
'use strict';

var parts = process.versions.node.split('.').map(Number);

if (parts[0] < 22 || (parts[0] === 22 && parts[1] < 14)) {
  process.stderr.write(
    'error: holdfast-cdk needs Node.js 22.14 or newer, this is ' + process.versions.node + '\n',
  );
  process.exitCode = 1;
} else {
  require('module').enableCompileCache();
  require('../dist/command/start.js').start(process.argv.slice(2), __filename);
}
