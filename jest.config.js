/** Unit and contract tests run from TypeScript sources; end-to-end tests run the built packages. */
const swc = {
  '^.+\\.ts$': [
    '@swc/jest',
    { jsc: { target: 'es2023', parser: { syntax: 'typescript' } }, module: { type: 'commonjs' } },
  ],
};
const shared = {
  testEnvironment: 'node',
  transform: swc,
  moduleNameMapper: {
    // Sources import each other with the ending of the built file.
    '^(\\.{1,2}/.*)\\.js$': '$1',
    '^@holdfast/core$': '<rootDir>/packages/core/src/index.ts',
    '^@holdfast/core/testing$': '<rootDir>/packages/core/src/testing/index.ts',
    '^@holdfast/cloudformation$': '<rootDir>/packages/cloudformation/src/index.ts',
  },
};
module.exports = {
  randomize: true,
  projects: [
    { ...shared, displayName: 'unit', testMatch: ['<rootDir>/packages/*/test/unit/**/*.test.ts'] },
    { ...shared, displayName: 'contract', testMatch: ['<rootDir>/packages/*/test/contract/**/*.test.ts'] },
    { ...shared, displayName: 'e2e', testMatch: ['<rootDir>/packages/*/test/e2e/**/*.test.ts'] },
  ],
};
