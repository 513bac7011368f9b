import js from '@eslint/js';
import { defineConfig } from 'eslint/config';
import { importX } from 'eslint-plugin-import-x';
import jest from 'eslint-plugin-jest';
import globals from 'globals';
import tseslint from 'typescript-eslint';

/**
 * What each package may import of the others. Arrows run one way: the hosts → cloudformation → core, and hosts never
 * import each other. packages/core/test/unit/house holds the manifests to the same arrows.
 */
const arrows = {
  core: [],
  cloudformation: ['core'],
  cli: ['cdk-asset-publisher', 'cloudformation', 'core', 'sam-hook'],
  'sam-hook': ['cloudformation', 'core'],
  'serverless-plugin': ['cloudformation', 'core'],
  'cdk-asset-publisher': ['cloudformation', 'core'],
};
const packages = Object.keys(arrows);

const intoOtherPackages = [
  {
    regex: `^@holdfast/(${packages.join('|')})/(?!testing$|packing$|settings$|package\\.json$)`,
    message: 'Import what the package exports, not a file inside it.',
  },
  {
    regex: `^(\\.\\./)+(packages/)?(${packages.join('|')})/(src|test|dist)/`,
    message: 'Import the other package by its name.',
  },
];

/** Nothing of these is loaded before an engine is opened: type imports, or `await import()` where an engine opens. */
const engineLibraries = {
  regex: '^(@aws-sdk/|@smithy/|better-sqlite3($|/))',
  allowTypeImports: true,
  message: 'Only engines import this, so that importing the core loads none of it.',
};

function restrictImports(...patterns) {
  return { 'no-restricted-imports': ['error', { patterns: [...intoOtherPackages, ...patterns] }] };
}

/** The rules of one package's arrows. Only core's engines may import what engines store with. */
function arrowRules(name) {
  const forbidden = packages.filter((other) => other !== name && !arrows[name].includes(other));
  const arrow =
    forbidden.length === 0
      ? []
      : [
          {
            regex: `^@holdfast/(${forbidden.join('|')})($|/)`,
            message: `Arrows run one way: hosts → cloudformation → core. ${name} may not import this package.`,
          },
        ];
  const src = `packages/${name}/src/**/*.ts`;
  if (name !== 'core') return [{ files: [src], rules: restrictImports(...arrow) }];
  const engines = 'packages/core/src/engines/**/*.ts';
  return [
    { files: [src], ignores: [engines], rules: restrictImports(...arrow, engineLibraries) },
    { files: [engines], rules: restrictImports(...arrow) },
  ];
}

export default defineConfig(
  {
    ignores: [
      '**/node_modules/',
      '**/dist/',
      '**/coverage/',
      '**/generated/',
      '.venv/',
      '.venv-*/',
      '.tmp/',
      'examples/',
      'packages/*/test/corpus/',
      'packages/*/test/fixtures/',
    ],
  },
  { linterOptions: { reportUnusedDisableDirectives: 'error' } },
  js.configs.recommended,
  {
    rules: {
      'no-console': 'error',
      'no-restricted-syntax': [
        'error',
        {
          selector: 'ExportDefaultDeclaration',
          message: 'Export by name; only host entry points have a default.',
        },
      ],
      eqeqeq: 'error',
      'object-shorthand': 'error',
    },
  },
  {
    files: ['**/*.{js,mjs,cjs}'],
    languageOptions: { globals: globals.node },
  },
  {
    files: ['**/*.{js,cjs}'],
    languageOptions: { sourceType: 'commonjs' },
  },
  {
    files: ['**/*.ts'],
    extends: [tseslint.configs.strictTypeChecked, tseslint.configs.stylisticTypeChecked],
    plugins: { 'import-x': importX },
    languageOptions: { parserOptions: { project: './tsconfig.json', tsconfigRootDir: import.meta.dirname } },
    rules: {
      '@typescript-eslint/consistent-type-imports': [
        'error',
        { fixStyle: 'inline-type-imports', disallowTypeAnnotations: false },
      ],
      '@typescript-eslint/consistent-type-exports': 'error',
      '@typescript-eslint/prefer-readonly': 'error',
      '@typescript-eslint/require-array-sort-compare': 'error',
      '@typescript-eslint/strict-boolean-expressions': ['error', { allowNullableBoolean: true }],
      '@typescript-eslint/switch-exhaustiveness-check': [
        'error',
        { considerDefaultExhaustiveForUnions: true },
      ],
      // Numbers and booleans read the same in every locale.
      '@typescript-eslint/restrict-template-expressions': [
        'error',
        { allowNumber: true, allowBoolean: true },
      ],
      '@typescript-eslint/no-confusing-void-expression': [
        'error',
        { ignoreArrowShorthand: true, ignoreVoidReturningFunctions: true },
      ],
      '@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_', varsIgnorePattern: '^_' }],
      // An empty environment variable means the same as an absent one.
      '@typescript-eslint/prefer-nullish-coalescing': ['error', { ignorePrimitives: { string: true } }],
      // Spreading a string into its characters is meant where it is written.
      '@typescript-eslint/no-misused-spread': 'off',
      '@typescript-eslint/no-dynamic-delete': 'off',
      '@typescript-eslint/no-unnecessary-type-parameters': 'off',
      // What was looked up a line above is there; `!` says so in fewer words than a cast.
      '@typescript-eslint/no-non-null-assertion': 'off',
      // An interface of the project is what implementers write; both forms of declaration are in use.
      '@typescript-eslint/consistent-type-definitions': 'off',
      // `async` methods without `await` turn what they throw into rejections, as a port's callers expect.
      '@typescript-eslint/require-await': 'off',
      'import-x/no-duplicates': ['error', { 'prefer-inline': true }],
    },
  },
  {
    files: ['packages/*/src/**/*.ts'],
    ignores: ['packages/core/src/testing/**'],
    rules: {
      'import-x/no-extraneous-dependencies': ['error', { devDependencies: false, includeTypes: false }],
    },
  },
  {
    files: ['packages/*/src/**/*.ts'],
    rules: {
      'max-lines': ['error', 300],
      'no-restricted-properties': [
        'error',
        {
          object: 'process',
          property: 'exit',
          message: 'Libraries throw; only a host decides what a process ends with.',
        },
      ],
    },
  },
  packages.flatMap(arrowRules),
  {
    // A module is loaded when it is needed, and then without waiting.
    files: [
      'packages/cli/src/**/*.ts',
      'packages/core/src/store/heavy-modules.ts',
      'packages/core/src/engines/open.ts',
      'packages/core/src/engines/aws/**/*.ts',
      'packages/core/src/settings/configuration.ts',
      'packages/core/src/engines/sqlite/database.ts',
      'packages/sam-hook/src/lazy-modules.ts',
    ],
    rules: { '@typescript-eslint/no-require-imports': 'off' },
  },
  {
    files: ['packages/cli/src/**/*.ts', 'packages/cli/bin/**', 'scripts/**', 'bench/**'],
    rules: { 'no-console': 'off', 'no-restricted-properties': 'off' },
  },
  {
    files: ['packages/serverless-plugin/src/index.ts', '**/*.config.{js,mjs,cjs}'],
    rules: { 'no-restricted-syntax': 'off' },
  },
  {
    files: ['packages/*/test/**/*.ts', 'packages/core/src/testing/**/*.ts'],
    ...jest.configs['flat/recommended'],
  },
  {
    files: ['packages/*/test/**/*.ts', 'packages/core/src/testing/**/*.ts'],
    rules: {
      ...restrictImports(),
      'jest/expect-expect': ['error', { assertFunctionNames: ['expect', 'expect*', 'fc.assert', 'assert*'] }],
      'jest/no-disabled-tests': 'error',
      'jest/no-commented-out-tests': 'error',
      'jest/no-conditional-in-test': 'off',
      'jest/no-standalone-expect': 'error',
      'jest/prefer-importing-jest-globals': 'error',
      'jest/prefer-to-be': 'error',
      'jest/prefer-to-have-length': 'error',
      'jest/require-to-throw-message': 'error',
      'jest/valid-title': 'error',
    },
  },
);
