// What a command's bin loads: it runs the bundle with what V8 compiled of it when it ran before.
import { createHash } from 'node:crypto';
import { readFile, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { root } from '../workspace.mjs';
import { common, esbuild } from './esbuild.mjs';

/** Writes start.js beside the bundle that stands in the folder. */
export async function writeStarter(outdir) {
  const digest = await digestOf(outdir);
  await esbuild.build({
    ...common,
    absWorkingDir: root,
    stdin: {
      contents: `const { startBundle } = require('./start/bundle.js');
        exports.start = (...words) => startBundle({ folder: __dirname, digest: '${digest}' }, ...words);`,
      resolveDir: join(root, 'packages/core/dist'),
    },
    outfile: join(outdir, 'start.js'),
    format: 'cjs',
    metafile: false,
  });
}

/**
 * esbuild's helper that evaluates a module at its first use also notes its name, where whoever loads the bundle wants to know. Compiled code
 * that was kept by a run that evaluated fewer modules is told by that.
 */
export function notingModules(text) {
  const helper = 'var __commonJS=(cb,mod)=>function(){try{return mod||(0,cb[__getOwnPropNames(cb)[0]])(';
  if (text.split(helper).length !== 2) throw new Error('esbuild evaluates modules in another way');
  return text.replace(
    helper,
    'var __commonJS=(cb,mod)=>function(){try{return mod||(typeof __evaluated==="object"&&__evaluated.push(__getOwnPropNames(cb)[0]),cb[__getOwnPropNames(cb)[0]])(',
  );
}

async function digestOf(outdir) {
  const names = (await readdir(outdir, { recursive: true })).filter((name) => name.endsWith('.js'));
  const hash = createHash('sha256');
  for (const name of names.filter((name) => name !== 'start.js').sort()) {
    hash
      .update(`${name}\0`)
      .update(await readFile(join(outdir, name)))
      .update('\0');
  }
  return hash.digest('hex').slice(0, 16);
}
