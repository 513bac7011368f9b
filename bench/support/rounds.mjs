import { spawnSync } from 'node:child_process';
import { cpus, loadavg } from 'node:os';

const median = (values) => [...values].sort((a, b) => a - b)[values.length >> 1];
/** What others on the machine can only add to. */
const least = (values) => (values.length === 0 ? undefined : Math.min(...values));

/** The shell whose `times` has steps of a millisecond; others' have 10, a third of Node's own start. */
const shell = spawnSync('bash', ['-c', 'times']).status === 0 ? 'bash' : 'sh';

/** Runs a program to its end. Returns milliseconds of wall and processor time, or undefined when it failed or is not there. */
export function run({ command, cwd, env }) {
  const start = performance.now();
  const clean = { ...process.env, ...env };
  // Where it is set it costs every Node process 70 ms before the first line runs.
  delete clean.NODE_EXTRA_CA_CERTS;
  // `times` of the shell ends with what its children took; the output of the program goes to /dev/null.
  const script = '"$@" >/dev/null 2>&1; code=$?; times; exit $code';
  const result = spawnSync(shell, ['-c', script, 'sh', ...command], { cwd, env: clean, encoding: 'utf8' });
  const wall = performance.now() - start;
  const [user, system] = (result.stdout ?? '').trim().split('\n').at(-1).split(' ').map(inMilliseconds);
  return result.status === 0 ? { wall, cpu: user + system } : undefined;
}

function inMilliseconds(text) {
  const [, minutes, seconds] = /(\d+)m([\d.]+)s/.exec(text) ?? [];
  return Number(minutes) * 60_000 + Number(seconds) * 1000;
}

/**
 * Runs subjects in turn, as many rounds as wanted, after one that does not count, and prints medians and ratios: of the medians, and of the
 * least processor times, which depend least on who else uses the machine. Returns the medians of wall and processor time, in milliseconds,
 * by name.
 *
 * @param subjects by name: `command`, `cwd`, `env`; `before`, called untimed in front of every run; `size`, of the output,
 *   after it; `against`, the subject or subjects that the ratio is to
 */
export function compare(title, subjects, rounds) {
  const results = new Map(
    Object.keys(subjects).map((name) => [name, { walls: [], cpus: [], size: undefined }]),
  );
  for (let round = -1; round < rounds; round += 1) {
    for (const [name, subject] of Object.entries(subjects)) {
      if (subject.command === undefined) continue;
      subject.before?.();
      const took = run(subject);
      const result = results.get(name);
      result.size = subject.size?.() ?? result.size;
      if (took === undefined || round < 0) continue;
      result.walls.push(took.wall);
      result.cpus.push(took.cpu);
    }
  }
  print(`\n${title} (medians of ${rounds}; load ${loadavg()[0].toFixed(1)} on ${cpus().length} processors)`);
  for (const [name, { walls, cpus: times, size }] of results) {
    const wall = median(walls);
    const ratios = [subjects[name].against ?? []].flat().map((peer) => {
      const other = results.get(peer);
      const ratio = (a, b) => (a === undefined || b === undefined ? '?' : (a / b).toFixed(3));
      const [wallRatio, cpu] = [ratio(wall, median(other.walls)), ratio(median(times), median(other.cpus))];
      return `${wallRatio} x wall, ${cpu} x cpu, ${ratio(least(times), least(other.cpus))} x least cpu of ${peer}`;
    });
    const took =
      wall === undefined
        ? 'missing'
        : `${wall.toFixed(0).padStart(6)} ms, cpu ${median(times).toFixed(0).padStart(6)} ms, least ${least(times).toFixed(0).padStart(6)} ms`;
    const bytes = size === undefined ? '' : `, ${(size / 1e6).toFixed(2)} MB`;
    print(`  ${name.padEnd(34)} ${took}${bytes}${ratios.map((text) => `; ${text}`).join('')}`);
  }
  const medians = ({ walls, cpus: times }) => ({ wall: median(walls), cpu: median(times) });
  return Object.fromEntries([...results].map(([name, result]) => [name, medians(result)]));
}

export function print(line) {
  process.stdout.write(`${line}\n`);
}

/** The first version number that a program prints; undefined when it is not there. */
export function versionOf(...command) {
  const { stdout, stderr } = spawnSync(command[0], command.slice(1), { encoding: 'utf8' });
  return /\d+\.\d+(\.\d+)?/.exec(`${stdout ?? ''}${stderr ?? ''}`)?.[0];
}
