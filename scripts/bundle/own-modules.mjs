// Which modules stay outside the command's own bundle, and how it finds them.
import { readFile } from 'node:fs/promises';
import { basename, dirname, join, relative, sep } from 'node:path';
import { root } from '../workspace.mjs';

/**
 * Packages that look for files of their own (native code, a database), and who depends on them. They are found from there:
 * where packages are installed strictly, the command itself does not see them.
 */
const OUTSIDE = {
  '@aws-cdk/cloudformation-diff': '@holdfast/cloudformation',
};

const FROM_OWNER = 'from-owner';
const FROM_SDK = 'from-sdk';

/** The file beside the bundle that holds what is used of AWS's SDK. */
export const SDK_FILE = 'aws-sdk.js';

/** Packages of AWS's SDK stand in a file beside the bundle. Notes each in `used`, with a folder that it is found from. */
export function sdkModules(used) {
  return {
    name: 'sdk-modules',
    setup(build) {
      build.onResolve({ filter: /^@(aws-sdk|smithy)\// }, ({ path, resolveDir }) => {
        // Files are resolved in any order, and the same sources make the same bundle.
        const first = used.get(path);
        if (first === undefined || resolveDir < first) used.set(path, resolveDir);
        return { path, namespace: FROM_SDK };
      });
      build.onResolve({ filter: /./, namespace: FROM_SDK }, ({ path }) => ({ path, external: true }));
      build.onLoad({ filter: /./, namespace: FROM_SDK }, ({ path }) => ({
        contents: `module.exports = require('./${SDK_FILE}').load('${fileOf(path)}');`,
      }));
    },
  };
}

/** `@aws-sdk/client-s3` is `client-s3.js`. */
export function fileOf(name) {
  return `${name.slice(name.indexOf('/') + 1)}.js`;
}

/** Everything else that is not simply bundled. */
export function ownModules(folder) {
  return {
    name: 'own-modules',
    setup(build) {
      // `holdfast sam` is the other command's bundle.
      build.onResolve({ filter: /^@holdfast\/sam-hook$/ }, () => ({
        path: '@holdfast/sam-hook/command',
        external: true,
      }));
      build.onResolve({ filter: /^@holdfast\/[^/]+\/package\.json$/ }, ({ path, kind }) =>
        kind === 'require-resolve' ? { path, external: true } : undefined,
      );
      for (const name of Object.keys(OUTSIDE)) {
        build.onResolve({ filter: new RegExp(`^${name}$`) }, () => ({ path: name, namespace: FROM_OWNER }));
      }
      build.onLoad({ filter: /./, namespace: FROM_OWNER }, ({ path }) => ({
        contents: `module.exports = ${seenFrom(OUTSIDE[path])}('${path}');`,
      }));
      // Its code is in the bundle, and looks for the native part from here.
      build.onLoad({ filter: /[\\/]better-sqlite3[\\/]lib[\\/]binding\.js$/ }, async ({ path }) => ({
        contents: `const __dirname = ${libraryOf('@holdfast/core', 'better-sqlite3')};${await readFile(path, 'utf8')}`,
      }));
      build.onLoad({ filter: /[\\/]dist[\\/].*\.js$/ }, async ({ path }) => {
        const inPackage = libraryFile(path, folder);
        if (inPackage === undefined) return undefined;
        const contents = await readFile(path, 'utf8');
        return /\b__(dirname|filename)\b/.test(contents)
          ? { contents: whereItWas(inPackage) + contents }
          : undefined;
      });
    },
  };
}

/** The library and the path in it of a file of another package of the workspace. */
function libraryFile(path, own) {
  const [packages, name, ...rest] = relative(root, path).split(sep);
  return packages === 'packages' && join(root, packages, name) !== own
    ? { name: `@holdfast/${name}`, path: rest.join('/') }
    : undefined;
}

/** Worker threads and other files stand beside the library's own module, not beside the bundle. */
function whereItWas({ name, path }) {
  return (
    `const __dirname = require('node:path').join(${whereIs(name)}, '..', '${dirname(path)}');` +
    `const __filename = require('node:path').join(__dirname, '${basename(path)}');`
  );
}

/** An expression for the path of a package's manifest. */
function whereIs(name) {
  return `require.resolve('${name}/package.json')`;
}

/**
 * An expression for the folder `lib` of what the package depends on. Where packages lie in folders `node_modules` this looks there, which
 * takes a tenth of the time that Node takes to find two packages by its rules; elsewhere it asks Node.
 */
function libraryOf(owner, name) {
  return `(() => {
    const { existsSync, realpathSync } = require('node:fs'), { dirname, join } = require('node:path');
    const find = (name, from) => {
      for (let folder = from; ; folder = dirname(folder)) {
        const at = join(folder, 'node_modules', name);
        if (existsSync(join(at, 'package.json'))) return realpathSync.native(at);
        if (folder === dirname(folder)) return undefined;
      }
    };
    const owner = find('${owner}', dirname(__filename)), found = owner && find('${name}', owner);
    return found ? join(found, 'lib') : dirname(${seenFrom(owner)}.resolve('${name}'));
  })()`;
}

/** An expression for a `require` that finds what the package depends on. */
function seenFrom(name) {
  return `require('node:module').createRequire(${whereIs(name)})`;
}
