import { lstatSync, readlinkSync } from 'node:fs';
import { join } from 'node:path';
import { quote } from '../arn/index.js';
import { HoldfastError } from '../errors.js';
import { fileError, isAbsence } from './file-errors.js';
import { decodeName } from './names.js';

/** As many links as Linux follows before it gives up (path_resolution(7)). */
const MAX_LINKS = 40;

function refuse(path: string, target: string, why: string): never {
  throw new HoldfastError('invalid-input', `symbolic link ${quote(path)} -> ${quote(target)} ${why}`, {
    hint: 'Copy what it points to into the directory, or leave the link out with .holdfastignore.',
    data: { path, target },
  });
}

/** The text of the link if something at this path is a link; undefined when it is something else or nothing. */
function linkAt(absolute: string, path: string): string | undefined {
  try {
    return lstatSync(absolute).isSymbolicLink() ? readTarget(absolute, path) : undefined;
  } catch (error) {
    if (isAbsence(error)) {
      return undefined;
    }
    throw fileError('read', path, error);
  }
}

function readTarget(absolute: string, path: string): string {
  const target = readlinkSync(absolute);
  return target.includes('\ufffd')
    ? decodeName(readlinkSync(absolute, { encoding: 'buffer' }), `the target of symbolic link ${quote(path)}`)
    : target;
}

/**
 * Reads a symbolic link and returns its target, which need not exist.
 * It is followed as the kernel would, one segment at a time, because a link on the way can turn a path that looks
 * harmless into one that leaves the root. Throws `invalid-input` naming link and target when it can leave the root.
 *
 * @param root absolute and free of links
 * @param path of the link, relative to the root
 */
export function readInnerLink(root: string, path: string): string {
  let target: string;
  try {
    target = readTarget(join(root, path), path);
  } catch (error) {
    throw fileError('read', path, error);
  }
  const at = path.split('/').slice(0, -1);
  const todo = segmentsOf(target);
  let followed = 0;
  if (target.startsWith('/')) {
    refuse(path, target, 'is absolute');
  }
  for (let segment = todo.shift(); segment !== undefined; segment = todo.shift()) {
    if (segment === '..') {
      if (at.pop() === undefined) {
        refuse(path, target, 'points outside of the directory');
      }
      continue;
    }
    at.push(segment);
    const next = linkAt(join(root, ...at), at.join('/'));
    if (next === undefined) {
      continue;
    }
    followed += 1;
    if (followed > MAX_LINKS) {
      refuse(path, target, 'goes round in circles');
    }
    if (next.startsWith('/')) {
      refuse(path, target, `points outside of the directory through ${quote(at.join('/'))}`);
    }
    at.pop();
    todo.unshift(...segmentsOf(next));
  }
  return target;
}

function segmentsOf(target: string): string[] {
  return target.split('/').filter((segment) => segment !== '' && segment !== '.');
}
