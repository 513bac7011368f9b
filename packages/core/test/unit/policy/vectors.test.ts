import { describe, expect, test } from '@jest/globals';
import { compilePolicy, evaluatePolicy, readPolicy } from '../../../src/policy/index.js';
import { ALL, askers, questions, target, type AskerName, type Letter } from './scene.js';
import { simulateAction } from './simulate.js';
import { VECTORS } from './vectors.js';

const letters = Object.keys(questions) as Letter[];
const names = Object.keys(askers) as AskerName[];
const sorted = (text: string): string => [...text].sort().join('');

test('there are at least 300 vectors', () => {
  expect(VECTORS.length * letters.length * names.length).toBeGreaterThan(300);
});

describe.each(VECTORS)('$name', ({ statements, allowed }) => {
  const policy = readPolicy({ Version: '2012-10-17', Statement: statements }, target);
  const compiled = compilePolicy(policy, target);

  test.each(names)('%s: the policy, and what it is compiled to in IAM', async (name) => {
    const { caller, context } = askers[name];
    let said = '';
    let simulated = '';
    for (const letter of letters) {
      const { action, rest } = questions[letter];
      if (evaluatePolicy(policy, { caller, action, rest, context }, target) === 'allowed') said += letter;
      if (await simulateAction(compiled, action, rest, caller, context)) simulated += letter;
    }
    const wanted = sorted(allowed[name] ?? (name === 'owner' ? ALL : ''));
    expect({ said: sorted(said), simulated: sorted(simulated) }).toEqual({ said: wanted, simulated: wanted });
  });
});
