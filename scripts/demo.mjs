// The main job on the embedded store, from an application to a refused deletion: every command is run for real, in a
// temporary folder, and its own output is shown.
import { spawnSync } from 'node:child_process';
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { styleText } from 'node:util';
import { root } from './workspace.mjs';

const holdfast = join(root, 'packages/cli/bin/holdfast.js');
const folder = mkdtempSync(join(tmpdir(), 'holdfast-demo-'));
const color = process.stdout.isTTY && process.env.NO_COLOR === undefined;
const styled = (style, text) => (color ? styleText(style, text) : text);

function say(text) {
  console.log(`\n${styled('bold', text)}`);
}

/** Runs a command, shows it with its output, and insists on its exit code. */
function run(args, expected = 0) {
  console.log(styled('cyan', `$ holdfast ${args.join(' ')}`));
  const environment = { ...process.env, ...(color ? { FORCE_COLOR: '1' } : {}) };
  const { status, stdout, stderr } = spawnSync(process.execPath, [holdfast, ...args], {
    cwd: folder,
    encoding: 'utf8',
    env: environment,
  });
  process.stdout.write(stdout);
  process.stdout.write(stderr);
  if (status !== expected) {
    throw new Error(`expected exit code ${expected}, got ${status}: holdfast ${args.join(' ')}`);
  }
  if (expected !== 0) console.log(styled('dim', `(exit code ${status})`));
}

const application = 'shop/template.yaml';
const packaged = 'packaged.yaml';
const packageIt = [
  'package',
  '--template-file',
  application,
  '--output-template-file',
  packaged,
  '--stack-name',
  'shop',
];
const registerIt = ['stack', 'register', '--stack-name', 'shop', '--template-file', packaged];

try {
  cpSync(join(root, 'examples/sam-app'), join(folder, 'shop'), { recursive: true });
  // A window of nothing, so that the demo need not wait for a week to sweep.
  writeFileSync(
    join(folder, 'holdfast.yaml'),
    'store: file:store\nbucket: example-artifacts\nrecoveryWindow: 0s\n',
  );

  say('1. Publish a directory. The same files give the same version again, and no byte moves.');
  run([
    'publish',
    'shop/src/accept-order',
    '--id',
    'orders/accept',
    '--label',
    'team=orders',
    '--bookmark',
    'prod',
  ]);
  run(['publish', 'shop/src/accept-order', '--id', 'orders/accept']);

  say('2. Package a SAM application: its files become artifacts, its template says which versions it uses.');
  run(packageIt);
  run(registerIt);
  run(['list', 'shop']);

  say("3. Why is the function's code kept? Because a stack uses it, so nobody can delete it.");
  run(['why', 'shop/AcceptOrder']);
  run(['delete', 'shop/AcceptOrder:1', '--yes'], 3);

  say('4. Change the code and package again. Until the stack settles, both versions are kept.');
  const handler = join(folder, 'shop/src/accept-order/index.js');
  writeFileSync(handler, `${readFileSync(handler, 'utf8')}\n// A change.\n`);
  run(packageIt);
  run(['why', 'shop/AcceptOrder:1']);
  run(['why', 'shop/AcceptOrder:2']);
  run(['delete', 'shop/AcceptOrder:2', '--yes'], 3);

  say('5. The deployment is done: the stack settles on what its template says.');
  run(registerIt);
  run(['why', 'shop/AcceptOrder:1']);
  run(['delete', 'shop/AcceptOrder:1', '--yes']);

  say('6. The stack is removed. Now its code may go, and the sweep removes the bytes that nothing names.');
  run(['stack', 'remove', '--stack-name', 'shop', '--yes']);
  run(['delete', 'shop/AcceptOrder:2', '--yes']);
  run(['gc']);
  run(['gc', '--apply', '--yes']);
  run(['verify']);
} finally {
  rmSync(folder, { recursive: true, force: true });
}
