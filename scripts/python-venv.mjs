// Makes the Python environments of test/requirements*.txt: the Python tools that some tests run. Only tests need them.
// For any Node >= 20, without dependencies.
import { createHash } from 'node:crypto';
import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { quietly, steps } from './quiet-command.mjs';
import { root } from './workspace.mjs';

/** One for the emulators and linters; SAM CLI and AWS CLI pin libraries that those pin otherwise, so each has its own. */
const environments = [
  { folder: '.venv', requirements: 'test/requirements.txt' },
  { folder: '.venv-sam', requirements: 'test/requirements-sam.txt' },
  { folder: '.venv-aws', requirements: 'test/requirements-aws.txt' },
];

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

function inspect({ folder, requirements }) {
  const venv = join(root, folder);
  const python = join(venv, process.platform === 'win32' ? 'Scripts/python.exe' : 'bin/python');
  const record = join(venv, '.holdfast-setup');
  const file = join(root, requirements);
  const key = createHash('sha256').update(readFileSync(file)).digest('hex');
  const ready = existsSync(python) && existsSync(record) && readFileSync(record, 'utf8') === key;
  return { venv, python, record, file, key, ready };
}

function installation({ python, file }) {
  return [python, ['-m', 'pip', 'install', '--quiet', '--no-input', '--no-deps', '--requirement', file]];
}

/** Leaves the Python environments as their requirements say; does nothing when they are so already. */
export async function preparePython() {
  const missing = environments.map(inspect).filter(({ ready }) => !ready);
  if (missing.length === 0) return;
  const base = await findPython();
  if (base === undefined) {
    console.error(
      'Python 3.11 or newer, with its venv module, was not found: tests that run Python tools will fail.',
    );
    return;
  }
  for (const { venv } of missing) rmSync(venv, { recursive: true, force: true });
  const creations = missing.map(({ venv }) => [base, ['-m', 'venv', venv]]);
  await steps('Making Python environments', creations, process.env);
  const installations = missing.map(installation);
  await steps('Installing the Python tools that tests use', installations, process.env);
  for (const { record, key } of missing) writeFileSync(record, key);
}
