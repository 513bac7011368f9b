import type { AssemblyStack } from '../assembly/read-assembly.js';

/**
 * The stacks that the CDK's command may deploy for these patterns: rather too many than too few. All where nothing is said, or where
 * a pattern names none; otherwise those that match, with everything that they depend on.
 */
export function selectStacks(
  stacks: readonly AssemblyStack[],
  patterns: readonly string[] | undefined,
): AssemblyStack[] {
  if (patterns === undefined || patterns.length === 0) return [...stacks];
  const selected = new Set<AssemblyStack>();
  const add = (stack: AssemblyStack): void => {
    if (selected.has(stack)) return;
    selected.add(stack);
    for (const id of stack.dependsOn) {
      const other = stacks.find((one) => one.folder === stack.folder && one.artifactId === id);
      if (other !== undefined) add(other);
    }
  };
  for (const pattern of patterns) {
    const matching = stacks.filter((stack) => matches(stack, pattern));
    if (matching.length === 0) return [...stacks];
    matching.forEach(add);
  }
  return stacks.filter((stack) => selected.has(stack));
}

function matches({ path, artifactId, stackName }: AssemblyStack, pattern: string): boolean {
  // `**` of the CDK's patterns crosses slashes; here `*` may too, which selects too many at worst.
  const text = pattern
    .replace(/[.+^${}()|[\]\\]/g, '\\$&')
    .replace(/\*+/g, '.*')
    .replaceAll('?', '.');
  const expression = new RegExp(`^${text}$`);
  return [path, artifactId, stackName].some((name) => expression.test(name));
}
