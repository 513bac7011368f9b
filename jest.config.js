const { join } = require('node:path');

// Tests remember nothing in the user's own cache.
process.env.XDG_CACHE_HOME = join(__dirname, 'node_modules/.cache/tests');

const base = {
  testEnvironment: 'node',
  transform: {
    '^.+\\.ts$': [
      '@swc/jest',
      { jsc: { target: 'es2024', parser: { syntax: 'typescript' } }, module: { type: 'commonjs' } },
    ],
  },
  transformIgnorePatterns: ['/node_modules/'],
  moduleNameMapper: {
    // TypeScript names the file that will be, with its .js ending; jest wants the one that is.
    '^(\\.{1,2}/.*)\\.js$': '$1',
  },
};

/** Unit and contract tests find the packages' TypeScript sources; end-to-end tests the built packages, as users do. */
const sources = {
  '^@holdfast/core$': '<rootDir>/packages/core/src/index.ts',
  '^@holdfast/core/packing$': '<rootDir>/packages/core/src/packing/index.ts',
  '^@holdfast/core/settings$': '<rootDir>/packages/core/src/settings/index.ts',
  '^@holdfast/core/testing$': '<rootDir>/packages/core/src/testing/index.ts',
  '^@holdfast/cloudformation$': '<rootDir>/packages/cloudformation/src/index.ts',
  '^@holdfast/sam-hook$': '<rootDir>/packages/sam-hook/src/index.ts',
};

/** All packages' tests of one kind, and how long one of them may take. */
function project(displayName, testTimeoutSeconds, packages) {
  return {
    ...base,
    displayName,
    testMatch: [`<rootDir>/packages/*/test/${displayName}/**/*.test.ts`],
    globals: { testTimeoutSeconds },
    setupFilesAfterEnv: ['<rootDir>/test/time-limit.cjs'],
    moduleNameMapper: { ...base.moduleNameMapper, ...packages },
  };
}

module.exports = {
  randomize: true,
  // A new process for every file. Native code makes its objects in the realm of the first file that loaded it, and to
  // another file of the same process an array of better-sqlite3 would be no array of its own.
  workerIdleMemoryLimit: '1MB',
  // When the last file is done, its process has made way for another, which is still starting; on a busy machine that takes longer than the
  // half second after which jest takes it for one that tests keep alive.
  workerGracefulExitTimeout: 30_000,
  projects: [project('unit', 20, sources), project('contract', 120, sources), project('e2e', 300, {})],
};
