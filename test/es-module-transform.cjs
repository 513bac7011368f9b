// Jest loads a package that consists of ES modules only when it is made CommonJS.
const { transformSync } = require('@swc/core');

module.exports = {
  process(source, filename) {
    // CommonJS has a __dirname of its own.
    const alone = source.replace(/^const __dirname = .*$/m, '');
    return transformSync(alone, {
      filename,
      swcrc: false,
      jsc: { target: 'es2024', parser: { syntax: 'ecmascript' } },
      module: { type: 'commonjs' },
    });
  },
};
