// Finds a template's artifacts and writes their locations; prints milliseconds: template.cjs <file>
const { readFileSync } = require('node:fs');
const { findArtifacts, rewriteTemplate } = require('../../packages/cloudformation');

const text = readFileSync(process.argv[2], 'utf8');
const digest = `sha256:${'0'.repeat(64)}`;
const start = performance.now();
const plan = findArtifacts(text, { file: 'template.yaml' });
const placed = plan.uses.map(({ slot }, i) => [
  slot,
  {
    version: `arn:aws:holdfast:local:000000000000:version/default/app/${i}:1`,
    digest,
    locations: [{ region: 'us-east-1', bucket: 'bench', key: `content/${i}`, objectVersion: `v${i}` }],
  },
]);
rewriteTemplate(text, plan, new Map(placed));
process.stdout.write(String(performance.now() - start));
