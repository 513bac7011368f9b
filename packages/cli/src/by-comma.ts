/** Values of an option whose words may hold several, joined by commas. */
export function byComma(word: string, before: readonly string[] = []): readonly string[] {
  return [...before, ...word.split(',').filter((value) => value !== '')];
}
