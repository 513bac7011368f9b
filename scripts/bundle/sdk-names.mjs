// What the commands use of a package of AWS's SDK.
import { createRequire } from 'node:module';
import { join } from 'node:path';

/**
 * The exports of a package that the code can name. A name that stands nowhere in the code cannot be asked for, and one too many costs
 * nothing but its load, so every word of the code counts.
 *
 * @param from a folder that the package is found from
 */
export function namesUsed(name, from, code) {
  const exported = Object.keys(createRequire(join(from, 'package.json'))(name));
  const words = new Set(code.match(/[A-Za-z_$][\w$]*/g));
  // A client with a method for each operation is called as its service is, which other words are too; it would bring all operations.
  const everything = new Set(exported.filter((word) => exported.includes(`${word}Client`)));
  for (const word of everything) {
    if (new RegExp(`\\.${word}\\(`).test(code)) {
      throw new Error(`${name}: ${word} has all operations; use ${word}Client and commands`);
    }
  }
  const used = exported.filter((word) => words.has(word) && !everything.has(word));
  if (used.length === 0) throw new Error(`${name} is loaded, and nothing of it is used`);
  return used;
}
