/** IAM's wildcards: `*` is any text, `?` is any one character, and everything else is itself. Case counts. */
export function matchesPattern(pattern: string, text: string): boolean {
  return compile(pattern, false).test(text);
}

/** The same where case does not count: the names of actions, and `StringEqualsIgnoreCase`. */
export function matchesPatternInAnyCase(pattern: string, text: string): boolean {
  return compile(pattern, true).test(text);
}

function compile(pattern: string, anyCase: boolean): RegExp {
  // Runs of stars are one star: otherwise a pattern of many takes time without end to fail.
  const source = pattern
    .replace(/\*+/g, '*')
    .replace(/[\\^$.|+()[\]{}]/g, '\\$&')
    .replace(/\*/g, '.*')
    .replace(/\?/g, '.');
  return new RegExp(`^${source}$`, anyCase ? 'isu' : 'su');
}
