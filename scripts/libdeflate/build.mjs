// Makes packages/core/wasm/libdeflate.wasm from libdeflate's own source: `node scripts/libdeflate/build.mjs [--check]`.
// Wants cargo, which brings the source, and Python with venv, which brings the compiler; both are pinned here, and nothing else of the workspace
// needs them. `--check` writes nothing, and fails unless the file is what comes out.
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import process from 'node:process';
import { root } from '../workspace.mjs';

/** The crate that carries the C source of libdeflate 1.25. */
const SOURCE = { crate: 'libdeflate-sys', version: '1.25.0' };
/** Of the source: SHA-256 over the name and the content of every file that is compiled. */
const SOURCE_SHA256 = '255dfa1dbe361afaec30861b08c2f0ca30a8e25f27d59ac0e0d836f50a8ba563';
/** Clang 20 with everything that WebAssembly needs, as a wheel. */
const COMPILER = 'ziglang==0.15.2';
/** What every Node from 16.4 on has. */
const FEATURES = 'generic+simd128+bulk_memory+sign_ext+nontrapping_fptoint';

/**
 * The one change of the source: the last block that is written need not be the last of the stream, which lets a long content be compressed in
 * pieces, several at once.
 */
const LAST_BLOCK =
  'deflate_flush_block(c, os, block_begin, block_length, sequences,\n\t\t\t    is_final_block);';
const LAST_UNLESS_MORE = LAST_BLOCK.replace('is_final_block', 'is_final_block && !more_follows');

const target = join(root, 'packages/core/wasm/libdeflate.wasm');
const scratch = mkdtempSync(join(tmpdir(), 'holdfast-libdeflate-'));
const run = (command, args, cwd = scratch) =>
  execFileSync(command, args, { cwd, stdio: ['ignore', 'ignore', 'inherit'] });

/** The folder of the C source, which is what it should be. */
function source() {
  const manifest = `[package]\nname = "source"\nversion = "0.0.0"\n[lib]\npath = "none.rs"\n[dependencies]\n${SOURCE.crate} = "=${SOURCE.version}"\n`;
  writeFileSync(join(scratch, 'Cargo.toml'), manifest);
  writeFileSync(join(scratch, 'none.rs'), '');
  run('cargo', ['vendor', '--quiet', '--versioned-dirs', 'crates']);
  const folder = join(scratch, 'crates', `${SOURCE.crate}-${SOURCE.version}`, 'libdeflate');
  const sum = createHash('sha256');
  const files = readdirSync(folder, { recursive: true }).filter((name) =>
    /^[^/]+\.h$|^lib\/[^/]+\.[ch]$/.test(name),
  );
  for (const name of files.sort()) {
    sum.update(`${name}\0`).update(readFileSync(join(folder, name)));
  }
  const found = sum.digest('hex');
  if (found !== SOURCE_SHA256) {
    throw new Error(
      `the source of ${SOURCE.crate} ${SOURCE.version} has SHA-256 ${found}, not ${SOURCE_SHA256}`,
    );
  }
  const compressor = join(folder, 'lib/deflate_compress.c');
  const [before, after, ...others] = readFileSync(compressor, 'utf8').split(LAST_BLOCK);
  if (after === undefined || others.length > 0)
    throw new Error('the source is not what the change was made for');
  writeFileSync(compressor, `${before}${LAST_UNLESS_MORE}${after}`);
  return folder;
}

function compile(folder) {
  run('python3', ['-m', 'venv', 'venv']);
  const python = join(scratch, 'venv', process.platform === 'win32' ? 'Scripts/python.exe' : 'bin/python');
  run(python, ['-m', 'pip', 'install', '--quiet', '--disable-pip-version-check', COMPILER]);
  const exported = ['room', 'compressor', 'compress', 'compress_piece'].map((name) => `-Wl,--export=${name}`);
  run(python, [
    ...['-m', 'ziglang', 'cc', '-target', 'wasm32-freestanding', `-mcpu=${FEATURES}`],
    ...['-O3', '-flto', '-ffreestanding', '-nostdlib', '-DFREESTANDING', '-DNDEBUG', `-I${folder}`],
    ...[join(root, 'scripts/libdeflate/module.c'), join(folder, 'lib/utils.c')],
    ...['-Wl,--no-entry', '-Wl,--strip-all', ...exported, '-o', 'libdeflate.wasm'],
  ]);
  return readFileSync(join(scratch, 'libdeflate.wasm'));
}

try {
  const folder = source();
  const made = compile(folder);
  if (!process.argv.includes('--check')) {
    mkdirSync(join(target, '..'), { recursive: true });
    writeFileSync(target, made);
    writeFileSync(join(target, '../LICENSE.libdeflate'), readFileSync(join(folder, 'COPYING')));
  } else if (!readFileSync(target).equals(made)) {
    throw new Error('packages/core/wasm/libdeflate.wasm is not what its source makes');
  }
} finally {
  rmSync(scratch, { recursive: true, force: true });
}
