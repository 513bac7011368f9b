import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import { isHoldfastError } from '@holdfast/core';
import fc from 'fast-check';
import { findArtifacts, readReferences, rewriteTemplate } from '../../src/index.js';
import { placeAll } from '../support/placed.js';

const FOLDER = join(__dirname, '../corpus');
const CORPUS = readdirSync(FOLDER)
  .filter((name) => name.endsWith('.template'))
  .map((name) => readFileSync(join(FOLDER, name), 'utf8'))
  .filter((text) => text.length < 5_000);
/** By hand 10,000. */
const RUNS = Number(process.env['HOLDFAST_TEST_TEMPLATES'] ?? 1_500);
const ARN = 'arn:aws:holdfast:eu-west-1:123456789012:version/default/a:1';

/** Runs everything over a text. Any other error than Holdfast's own is a crash. */
function exercise(text: string): 'refused' | 'same' | 'edited' {
  const plan = findArtifacts(text, { file: 'fuzz' });
  for (const { line, column, message } of plan.problems) {
    expect(line).toBeGreaterThanOrEqual(1);
    expect(column).toBeGreaterThanOrEqual(1);
    expect(message).not.toBe('');
  }
  try {
    const edited = rewriteTemplate(text, plan, placeAll(plan));
    if (plan.uses.length === 0) {
      expect(edited).toBe(text);
      return 'same';
    }
    const slots = new Set(readReferences(edited, { file: 'fuzz' }).map(({ slot }) => slot));
    for (const { slot } of plan.uses) expect(slots).toContain(slot);
    return 'edited';
  } catch (error) {
    if (!isHoldfastError(error)) throw error;
    return 'refused';
  }
}

const TOKENS = [
  ...[
    'Resources',
    'Type',
    'Properties',
    'CodeUri',
    'Code',
    'Metadata',
    'Mappings',
    'Holdfast',
    'Tags',
    'Globals',
  ],
  ...[
    'AWS::Serverless::Function',
    'AWS::Lambda::Function',
    './src',
    ARN,
    'Fn::If',
    'Fn::Artifact',
    'Fn::Transform',
  ],
  ...[
    '!If ',
    '!Artifact ',
    '!Sub ',
    '!Ref ',
    '&a ',
    '*a',
    '<<: *a',
    ': ',
    '- ',
    '? ',
    '\n',
    '\n  ',
    '\n    ',
    '\n      ',
  ],
  ...[
    '{',
    '}',
    '[',
    ']',
    ',',
    '"',
    "'",
    '|',
    '>-',
    '#',
    ' # c',
    '---\n',
    '...\n',
    '%YAML 1.2\n',
    '\t',
    '\r\n',
    '\\',
    '\0',
  ],
  ...['ü', '🚀', '\ud83d', '\ufeff', '\u2028', '~', 'null', 'A', 'B', '1', ' '],
];
const soup = fc.array(fc.constantFrom(...TOKENS), { maxLength: 60 }).map((tokens) => tokens.join(''));

/** A corpus template with a few of its characters taken out, doubled or replaced. */
const mutated = fc
  .tuple(
    fc.constantFrom(...CORPUS),
    fc.array(
      fc.tuple(fc.double({ min: 0, max: 0.999, noNaN: true }), fc.nat(12), fc.constantFrom('', ...TOKENS)),
      {
        minLength: 1,
        maxLength: 4,
      },
    ),
  )
  .map(([text, mutations]) =>
    mutations.reduce((current, [where, length, insert]) => {
      const at = Math.floor(where * current.length);
      return current.slice(0, at) + insert + current.slice(at + length);
    }, text),
  );

test(`${RUNS} random texts crash nothing`, () => {
  fc.assert(
    fc.property(soup, (text) => {
      exercise(text);
    }),
    { numRuns: RUNS, endOnFailure: true },
  );
});

test(`${RUNS} texts of random characters crash nothing`, () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary', maxLength: 80 }), (text) => {
      exercise(text);
    }),
    { numRuns: RUNS, endOnFailure: true },
  );
});

test(`${RUNS} damaged templates crash nothing, and many are still edited`, () => {
  const outcomes = { refused: 0, same: 0, edited: 0 };
  fc.assert(
    fc.property(mutated, (text) => {
      outcomes[exercise(text)] += 1;
    }),
    { numRuns: RUNS, endOnFailure: true },
  );
  // Were everything refused, the test above would say nothing.
  expect(outcomes.edited).toBeGreaterThan(RUNS / 10);
  expect(outcomes.refused).toBeGreaterThan(RUNS / 10);
});

/** Any JSON value as a template's odd part, beside a function that is well. */
const jsonTemplate = fc.tuple(fc.jsonValue({ maxDepth: 6 }), fc.nat(3)).map(([value, where]) => {
  const good = { Type: 'AWS::Lambda::Function', Properties: { Code: './src' } };
  const odd = [
    { Resources: { F: good, G: value } },
    { Resources: { F: { ...good, Metadata: value } } },
    { Resources: { F: { ...good, Properties: { ...good.Properties, Tags: value } } } },
    { Resources: { F: good }, Mappings: value, Metadata: value, Globals: value, Transform: value },
  ];
  return odd[where];
});

test(`${RUNS} JSON templates with any value in any place stay JSON`, () => {
  fc.assert(
    fc.property(jsonTemplate, fc.constantFrom(undefined, 2, '\t'), (template, indent) => {
      const text = JSON.stringify(template, undefined, indent);
      const plan = findArtifacts(text, { file: 'fuzz.json' });
      try {
        const edited = rewriteTemplate(text, plan, placeAll(plan));
        const read = JSON.parse(edited) as { Resources: { F: { Properties: { Code: unknown } } } };
        expect(read.Resources.F.Properties.Code).toHaveProperty('S3Bucket');
      } catch (error) {
        if (!isHoldfastError(error)) throw error;
      }
    }),
    { numRuns: RUNS, endOnFailure: true },
  );
});
