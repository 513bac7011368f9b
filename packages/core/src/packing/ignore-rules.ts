import ignore, { type Ignore } from 'ignore';

/** The file that says what to leave out, in gitignore syntax; it may stand in any directory and is itself left out. */
export const IGNORE_FILE = '.holdfastignore';

interface Scope {
  /** The directory that the rules stand in: empty for the root, else ending in `/`. */
  readonly prefix: string;
  readonly rules: Ignore;
}

/** The ignore rules in force in one directory: its own and those of the directories above. */
export class IgnoreRules {
  static readonly none = new IgnoreRules([]);

  private constructor(private readonly scopes: readonly Scope[]) {}

  /** Returns the rules with those of one more file, which win over the ones above it. `directory` is empty for the root. */
  with(directory: string, text: string): IgnoreRules {
    // Git matches case-sensitively where the file system does; a digest must not depend on the machine.
    const rules = ignore({ ignorecase: false }).add(text.replace(/^\ufeff/, ''));
    return new IgnoreRules([...this.scopes, { prefix: directory === '' ? '' : `${directory}/`, rules }]);
  }

  /**
   * Whether an entry is left out. The caller has not descended into a directory that is left out, so, like in git,
   * nothing below it can be brought back.
   */
  leavesOut(path: string, isDirectory: boolean): boolean {
    const name = isDirectory ? `${path}/` : path;
    for (let i = this.scopes.length - 1; i >= 0; i -= 1) {
      const scope = this.scopes[i]!;
      const result = scope.rules.test(name.slice(scope.prefix.length));
      if (result.ignored || result.unignored) {
        return result.ignored;
      }
    }
    return false;
  }
}
