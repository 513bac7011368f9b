/**
 * Publishing the 50 assets of a CDK app and its stack's template: requests and time beside cdk-assets-lib, on one emulator, in turn. The
 * clients and, of Holdfast, the store are opened anew each time; the start of Node is not in it.
 *
 * The requests of Holdfast are told apart: those that find the store; those for the assets, where they lie included; and those for the
 * template, which cannot begin before it says where the assets lie.
 *
 *     pnpm build && node bench/hosts/cdk.mjs [rounds]
 */
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { cpus, loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { environmentFor, makeStore, startEmulator, startProxy } from '../support/ministack.mjs';

const [rounds = 3] = process.argv.slice(2).map(Number);
const ASSETS = 50;
const at = (path) => fileURLToPath(new URL(`../../${path}`, import.meta.url));
const own = createRequire(at('packages/cdk-asset-publisher/package.json'));
const scratch = mkdtempSync(join(tmpdir(), 'holdfast-bench-'));
const emulator = await startEmulator();
const proxy = await startProxy(emulator.port);
Object.assign(process.env, {
  ...environmentFor(proxy.port),
  XDG_CACHE_HOME: join(scratch, 'cache'),
});
const BUCKET = 'cdk-hnb659fds-assets-123456789012-eu-west-1';
const { AssetManifest, AssetPublishing, DefaultAwsClient } = own('@aws-cdk/cdk-assets-lib');
const { publishAssembly } = own('./dist/publish/publish-assembly.js');
const { EnvironmentStores } = own('./dist/publish/stores.js');

try {
  // Both sides have what they publish to before anything is measured.
  await makeStore(process.env, BUCKET);
  const results = {};
  for (let round = -1; round < rounds; round += 1) {
    // Each round has an app of its own, so that "new" is new to both.
    const app = writeApp(join(scratch, `app${round}`), round);
    for (const state of ['new', 'unchanged', 'one changed']) {
      if (state === 'one changed') app.change();
      for (const [name, publish] of [
        ['cdk-assets', publishWithCdk],
        ['holdfast', publishWithHoldfast],
      ]) {
        proxy.requests = 0;
        const start = performance.now();
        const parts = await publish(app.folder);
        const took = { requests: proxy.requests, wall: performance.now() - start, ...parts };
        if (round >= 0) ((results[state] ??= {})[name] ??= []).push(took);
      }
    }
  }
  print(results);
} finally {
  await proxy.stop();
  emulator.stop();
  rmSync(scratch, { recursive: true, force: true });
}

async function publishWithCdk(folder) {
  const manifest = AssetManifest.fromPath(folder);
  const publishing = new AssetPublishing(manifest, {
    aws: new DefaultAwsClient(),
    publishInParallel: true,
    quiet: true,
  });
  await publishing.publish();
}

async function publishWithHoldfast(folder) {
  const stores = new EnvironmentStores({ store: 'aws:' });
  const begun = [];
  const openStore = async (environment) => {
    const { store, place } = await stores.open(environment);
    return { store: noting(store, () => begun.push(proxy.requests)), place };
  };
  await publishAssembly({ folder, output: `${folder}.out`, openStore, pin: false });
  await stores.close();
  const [assets, template] = begun;
  return { opening: assets, assets: template - assets, template: proxy.requests - template };
}

/** The store; told is whenever it begins to publish. */
function noting(store, told) {
  return new Proxy(store, {
    get(target, name) {
      const value = target[name];
      if (typeof value !== 'function') return value;
      return (...args) => {
        if (name === 'publishAll') told();
        return value.apply(target, args);
      };
    },
  });
}

/** An assembly of one stack with so many functions, each a folder. */
function writeApp(folder, round) {
  mkdirSync(folder, { recursive: true });
  let changes = 0;
  const write = () => {
    const files = {};
    const Resources = {};
    for (let i = 0; i < ASSETS; i += 1) {
      const edition = i === 0 ? changes : 0;
      const hash = `${round + 1}${edition}${i}`.padStart(64, '0');
      mkdirSync(join(folder, `asset.${hash}`), { recursive: true });
      const code = `exports.handler = async () => '${round} ${i} ${edition}';\n// ${'x'.repeat(1000)}\n`;
      writeFileSync(join(folder, `asset.${hash}`, 'index.js'), code);
      files[hash] = {
        displayName: `F${i}/Code`,
        source: { path: `asset.${hash}`, packaging: 'zip' },
        destinations: { current: { bucketName: BUCKET, objectKey: `${hash}.zip`, region: 'eu-west-1' } },
      };
      const Code = { S3Bucket: BUCKET, S3Key: `${hash}.zip` };
      Resources[`F${i}`] = { Type: 'AWS::Lambda::Function', Properties: { Code } };
    }
    const name = 'Bench.template.json';
    const template = JSON.stringify({ Resources }, undefined, 1);
    writeFileSync(join(folder, name), template);
    const hash = `${round + 1}${changes}`.padStart(64, 'f');
    files[hash] = {
      source: { path: name, packaging: 'file' },
      destinations: { current: { bucketName: BUCKET, objectKey: `${hash}.json`, region: 'eu-west-1' } },
    };
    const version = '55.0.0';
    writeFileSync(join(folder, 'assets.json'), JSON.stringify({ version, files, dockerImages: {} }));
    const artifacts = {
      'Bench.assets': { type: 'cdk:asset-manifest', properties: { file: 'assets.json' } },
      Bench: {
        type: 'aws:cloudformation:stack',
        environment: 'aws://123456789012/eu-west-1',
        properties: { templateFile: name, stackName: `Bench${round + 1}` },
        dependencies: ['Bench.assets'],
      },
    };
    writeFileSync(join(folder, 'manifest.json'), JSON.stringify({ version, artifacts }));
  };
  write();
  return {
    folder,
    change() {
      changes += 1;
      write();
    },
  };
}

function print(results) {
  const versionOf = (name) => JSON.parse(readFileSync(own.resolve(`${name}/package.json`), 'utf8')).version;
  console.log(
    `${ASSETS} assets and their stack's template; cdk-assets-lib ${versionOf('@aws-cdk/cdk-assets-lib')}, ministack`,
  );
  console.log(
    `Node ${process.version}, ${cpus().length} cores, load ${loadavg()[0].toFixed(1)}, ${rounds} rounds, medians\n`,
  );
  console.log(
    'state         requests: cdk-assets  holdfast = opening + assets + template   time: cdk-assets  holdfast   ratio',
  );
  for (const [state, { 'cdk-assets': peer, holdfast }] of Object.entries(results)) {
    const [theirs, ours] = [median(peer), median(holdfast)];
    console.log(
      [
        state.padEnd(12),
        String(theirs.requests).padStart(21),
        String(ours.requests).padStart(9),
        String(ours.opening).padStart(9),
        String(ours.assets).padStart(8),
        String(ours.template).padStart(10),
        `${theirs.wall.toFixed(0)} ms`.padStart(17),
        `${ours.wall.toFixed(0)} ms`.padStart(9),
        (ours.wall / theirs.wall).toFixed(2).padStart(7),
      ].join(' '),
    );
  }
}

function median(values) {
  const of = (key) => values.map((value) => value[key]).sort((a, b) => a - b)[values.length >> 1];
  return Object.fromEntries(Object.keys(values[0]).map((key) => [key, of(key)]));
}
