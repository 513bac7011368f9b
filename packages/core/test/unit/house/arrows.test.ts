import { describe, expect, test } from '@jest/globals';
import { readFileSync } from 'node:fs';
import { sep } from 'node:path';
import { folders, importsIn, manifest, sourceFiles, wanted } from './workspace-packages.js';

/** Arrows run one way: the hosts → cloudformation → core. Hosts never import each other. */
const arrows: Readonly<Record<string, readonly string[]>> = {
  core: [],
  cloudformation: ['core'],
  cli: ['cdk-asset-publisher', 'cloudformation', 'core', 'sam-hook'],
  'sam-hook': ['cloudformation', 'core'],
  'serverless-plugin': ['cloudformation', 'core'],
  'cdk-asset-publisher': ['cloudformation', 'core'],
};

/** The folder of a workspace package that a specifier names or reaches into by path; undefined for all others. */
function targetPackage(specifier: string): string | undefined {
  const named = /^@holdfast\/([^/]+)/.exec(specifier)?.[1];
  const reached = /^(?:\.\.\/)+(?:packages\/)?([^/]+)\/(?:src|test|dist)\//.exec(specifier)?.[1];
  const name = named ?? reached;
  return name !== undefined && name in arrows ? name : undefined;
}

test('every package has its arrows, and no other has', () => {
  expect(folders()).toEqual(Object.keys(arrows).sort());
});

describe.each(Object.entries(arrows))('%s', (folder, allowed) => {
  test('is named after its folder', () => {
    expect(manifest(folder).name).toBe(`@holdfast/${folder}`);
  });

  test('asks only for packages below it', () => {
    const targets = wanted(manifest(folder)).flatMap((name) => targetPackage(name) ?? []);
    expect(targets.filter((target) => !allowed.includes(target))).toEqual([]);
  });

  test('imports only itself and packages below it', () => {
    const wrong = sourceFiles(folder, 'src', 'bin', 'test').flatMap((file) =>
      importsIn(readFileSync(file, 'utf8'))
        .filter((specifier) => ![undefined, folder, ...allowed].includes(targetPackage(specifier)))
        .map((specifier) => `${file.split(`${sep}packages${sep}`)[1]} imports ${specifier}`),
    );
    expect(wrong).toEqual([]);
  });

  test('exports nothing while it has no source', () => {
    const { exports, private: isPrivate } = manifest(folder);
    const hasSource = sourceFiles(folder, 'src').length > 0;
    expect({ exported: exports !== undefined, public: isPrivate !== true }).toEqual({
      exported: hasSource,
      public: hasSource,
    });
  });
});

test('all packages ask for the same Node', () => {
  expect(new Set(folders().map((folder) => manifest(folder).engines?.node)).size).toBe(1);
});

test('no form of import goes unseen', () => {
  const program = `
    import { a } from 'a';
    import type { B } from 'b';
    export * from 'c';
    import d = require('d');
    const e = require('e') as typeof import('e-types');
    const f = await import('f');
  `;
  expect(importsIn(program).sort()).toEqual(['a', 'b', 'c', 'd', 'e', 'e-types', 'f']);
});
