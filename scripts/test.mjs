// Everything that must hold before a change is taken: build, types, lint, format, packages, tests.
// Runs on the pinned Node (`npm test` sees to it) and goes through to its end whatever fails on the way.
// Its last line is `N passed, N failed`: jest's tests, and among the failures each of the checks before them.
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import process from 'node:process';
import { quietly } from './quiet-command.mjs';
import { pinnedEnvironment, pinnedNode, root } from './workspace.mjs';

const env = pinnedEnvironment();
// Certificates of the caller's network: no test talks to it, and every start of Node would read them again.
delete env.NODE_EXTRA_CA_CERTS;
// Whoever runs the embedded engines' random histories by hand gets a tenth of them.
env.HOLDFAST_TEST_HISTORIES ??= '10000';

const bin = (path) => join(root, 'node_modules', path);
const checks = [
  ['build', [bin('typescript/bin/tsc'), '-b', 'tsconfig.build.json']],
  ['bundle', [join(root, 'packages/cloudformation/scripts/bundle-tracker.mjs')]],
  ['commands', [join(root, 'scripts/bundle-commands.mjs')]],
  ['types', [bin('typescript/bin/tsc'), '-p', 'tsconfig.json']],
  ['lint', [bin('eslint/bin/eslint.js'), '.', '--max-warnings', '0']],
  ['format', [bin('prettier/bin/prettier.cjs'), '--check', '--log-level', 'warn', '.']],
  ['packages', [join(root, 'scripts/check-packages.mjs')]],
];

async function runChecks() {
  const failed = [];
  for (const [name, args] of checks) {
    const { ok, output, seconds } = await quietly(pinnedNode, args, env);
    console.log(`${ok ? 'ok    ' : 'FAILED'} ${name} (${seconds} s)`);
    if (ok) continue;
    failed.push(name);
    console.log(output.trimEnd());
  }
  return failed;
}

/** Runs all of jest's projects; its report goes to this terminal. A suite that did not run counts as one failure. */
function runJest() {
  const folder = mkdtempSync(join(tmpdir(), 'holdfast-test-'));
  const report = join(folder, 'report.json');
  try {
    // Much of the time tests wait for emulators and disks, so every processor has work for a worker.
    const options = ['--maxWorkers=100%', '--json', `--outputFile=${report}`];
    const args = [bin('jest/bin/jest.js'), ...options, ...process.argv.slice(2)];
    const { status } = spawnSync(pinnedNode, args, {
      cwd: root,
      env,
      stdio: ['ignore', 'ignore', 'inherit'],
    });
    const sums = JSON.parse(readFileSync(report, 'utf8'));
    const failed = sums.numFailedTests + sums.numRuntimeErrorTestSuites;
    return {
      passed: sums.numPassedTests,
      failed: failed === 0 && status !== 0 ? 1 : failed,
      skipped: sums.numPendingTests + sums.numTodoTests,
    };
  } catch (error) {
    console.log(`jest wrote no report: ${error.message}`);
    return { passed: 0, failed: 1, skipped: 0 };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

const failedChecks = await runChecks();
const tests = runJest();
const failed = tests.failed + failedChecks.length;
if (failedChecks.length > 0) console.log(`\nFailed before the tests: ${failedChecks.join(', ')}`);
console.log('');
console.log(
  `${tests.passed} passed, ${failed} failed${tests.skipped > 0 ? `, ${tests.skipped} skipped` : ''}`,
);
process.exitCode = failed > 0 || tests.passed === 0 ? 1 : 0;
