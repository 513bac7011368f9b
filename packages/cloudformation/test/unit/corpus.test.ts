import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { findArtifacts, readReferences, rewriteTemplate } from '../../src/index.js';
import { placeAll } from '../support/placed.js';
import { readCloudFormation } from '../support/read-cloudformation.js';

const FOLDER = join(__dirname, '../corpus');
const FILES = readdirSync(FOLDER).filter((name) => name.endsWith('.template'));

/** The values of the original and what stands there now, wherever the two trees differ. */
function differences(before: unknown, after: unknown, path: string, found: string[]): string[] {
  if (JSON.stringify(before) === JSON.stringify(after)) return found;
  const bothObjects = [before, after].every((value) => typeof value === 'object' && value !== null);
  if (!bothObjects || Array.isArray(before) !== Array.isArray(after)) return [...found, path];
  const keys = new Set([...Object.keys(before as object), ...Object.keys(after as object)]);
  const inner = [...keys].flatMap((key) =>
    differences((before as never)[key], (after as never)[key], `${path}/${key}`, []),
  );
  return [...found, ...inner];
}

describe('the corpus', () => {
  test('has at least forty templates', () => {
    expect(FILES.length).toBeGreaterThanOrEqual(40);
  });

  test.each(FILES)('%s keeps every line that holds no artifact', (name) => {
    const text = readFileSync(join(FOLDER, name), 'utf8');
    const plan = findArtifacts(text, { file: name });
    expect(plan.problems).toEqual([]);
    const edited = rewriteTemplate(text, plan, placeAll(plan));

    const touched = new Set(plan.uses.map(({ line }) => line - 1));
    const editedLines = edited.split('\n');
    let at = 0;
    const lost: string[] = [];
    text.split('\n').forEach((line, index) => {
      if (touched.has(index)) return;
      const found = editedLines.indexOf(line, at);
      if (found < 0) lost.push(line);
      else at = found + 1;
    });
    expect(lost).toEqual(ALSO_CHANGED[name] ?? []);
  });

  test.each(FILES)('%s says the same as before but for artifacts, stamps, tags and the mapping', (name) => {
    const text = readFileSync(join(FOLDER, name), 'utf8');
    const plan = findArtifacts(text, { file: name });
    const edited = rewriteTemplate(text, plan, placeAll(plan));
    const changed = differences(readCloudFormation(text), readCloudFormation(edited), '', []);
    const ours =
      /^\/(Mappings(\/Holdfast.*)?|Metadata(\/Holdfast.*)?)$|\/Metadata(\/Holdfast(\/.*)?)?$|\/Tags(\/.*)?$/;
    const unexplained = changed.filter(
      (path) => !ours.test(path) && !plan.uses.some((use) => explains(use, path)),
    );
    expect(unexplained).toEqual([]);
  });

  test.each(FILES)('%s, packaged, has a stamp for each use and changes no more', (name) => {
    const text = readFileSync(join(FOLDER, name), 'utf8');
    const plan = findArtifacts(text, { file: name });
    const edited = rewriteTemplate(text, plan, placeAll(plan));
    expect(
      readReferences(edited, { file: name })
        .map(({ slot }) => slot)
        .sort(),
    ).toEqual(plan.uses.map(({ slot }) => slot).sort());
    const again = findArtifacts(edited, { file: name });
    expect(again.uses).toEqual([]);
    expect(rewriteTemplate(edited, again, new Map())).toBe(edited);
    expect(edited.includes('\r\n')).toBe(text.includes('\r\n'));
    const breaks = (whole: string): boolean => whole.replaceAll('\r\n', '').includes('\n');
    expect(text.includes('\r\n') && breaks(edited)).toBe(false);
  });
});

test.each(FILES.filter((name) => name.includes('json')))('%s stays JSON', (name) => {
  const text = readFileSync(join(FOLDER, name), 'utf8');
  const plan = findArtifacts(text, { file: name });
  const edited = JSON.parse(rewriteTemplate(text, plan, placeAll(plan))) as object;
  expect(edited).toHaveProperty('Metadata.Holdfast.Artifacts');
});

/** Lines that change although no value begins on them. */
const ALSO_CHANGED: Record<string, string[]> = {
  // An alias of a path that is replaced, where the path itself is meant.
  '06-anchors-and-merges.template': ['          SOURCE: *code'],
  // Maps in braces are added to where they stand.
  '08-flow-style.template': [
    "{AWSTemplateFormatVersion: '2010-09-09', Transform: AWS::Serverless-2016-10-31,",
    '       Tags: [{Key: a, Value: b}]}},',
  ],
  '20-existing-metadata.template': ['    Metadata: {BuildMethod: esbuild}', '    Metadata:', '      Tags:'],
  '42-mapping-named-holdfast.template': ['    eu-west-1: {Bucket: other-bucket-eu}', 'Metadata: {}'],
  // Values over several lines.
  '14-block-scalars.template': ['        ./dist/folded', '        ./dist/literal'],
  '26-explicit-artifacts.template': [
    '            Path: data/model',
    '            Id: models/recommender',
    '            Repository: models',
    '            As: object',
  ],
};

/** True when a changed path of the tree is that of a use. */
function explains(use: { logicalId: string; property: string }, path: string): boolean {
  const resource = use.logicalId.split('/').at(-1) ?? '';
  const property = use.property.split('.').filter((part) => part !== 'Fn::If');
  const parts = path.split('/');
  // The `yaml` package reads the key `Null` as an empty one.
  return (
    (parts.includes(resource === 'Null' ? '' : resource) || path.includes('/Shared/')) &&
    parts.includes(property[0] ?? '')
  );
}
