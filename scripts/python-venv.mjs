// Makes `.venv` from test/requirements.txt: the Python tools that some tests run. Only tests need it.
// For any Node >= 20, without dependencies.
import { createHash } from 'node:crypto';
import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { quietly, step } from './quiet-command.mjs';
import { root } from './workspace.mjs';

const venv = join(root, '.venv');
const requirements = join(root, 'test/requirements.txt');
const record = join(venv, '.holdfast-setup');
const python = join(venv, process.platform === 'win32' ? 'Scripts/python.exe' : 'bin/python');

async function findPython() {
  for (const candidate of ['python3', 'python']) {
    const { ok } = await quietly(
      candidate,
      ['-c', 'import sys, venv; sys.exit(sys.version_info < (3, 11))'],
      process.env,
    );
    if (ok) return candidate;
  }
  return undefined;
}

/** Leaves `.venv` as the requirements say; does nothing when it is so already. */
export async function preparePython() {
  const key = createHash('sha256').update(readFileSync(requirements)).digest('hex');
  if (existsSync(python) && existsSync(record) && readFileSync(record, 'utf8') === key) return;
  const base = await findPython();
  if (base === undefined) {
    console.error(
      'Python 3.11 or newer, with its venv module, was not found: tests that run Python tools will fail.',
    );
    return;
  }
  rmSync(venv, { recursive: true, force: true });
  await step('Making a Python environment', base, ['-m', 'venv', venv], process.env);
  const args = ['-m', 'pip', 'install', '--quiet', '--no-input', '--no-deps', '--requirement', requirements];
  await step('Installing the Python tools that tests use', python, args, process.env);
  writeFileSync(record, key);
}
