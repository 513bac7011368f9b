/**
 * IAM's wildcards: `*` is any text, `?` is any one character, and everything else is itself. Case counts.
 *
 * In time that grows with both lengths and no faster, whatever the pattern: a regular expression with many stars takes for ever to fail.
 */
export function matchesPattern(pattern: string, text: string): boolean {
  let at = 0;
  let from = 0;
  /** The last star, and where the text went on after what it took. A later star makes an earlier one's choice final. */
  let star = -1;
  let resume = 0;
  while (from < text.length) {
    if (pattern[at] === '*') {
      star = at;
      resume = from;
      at += 1;
    } else if (at < pattern.length && (pattern[at] === '?' || pattern[at] === text[from])) {
      at += 1;
      from += 1;
    } else if (star >= 0) {
      at = star + 1;
      resume += 1;
      from = resume;
    } else {
      return false;
    }
  }
  while (pattern[at] === '*') at += 1;
  return at === pattern.length;
}

/** The same where case does not count, as in the names of actions. */
export function matchesPatternInAnyCase(pattern: string, text: string): boolean {
  return matchesPattern(pattern.toLowerCase(), text.toLowerCase());
}
