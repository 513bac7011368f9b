import {
  checkArtifactId,
  checkKeyEnding,
  checkRepositoryName,
  isHoldfastError,
  looksLikeHoldfastArn,
  parseArn,
  quote,
} from '@holdfast/core';
import { argumentList, argumentMap, intrinsicOf, type Intrinsic } from '../source/intrinsics.js';
import { deref, isNull, textOf, type Node } from '../source/nodes.js';
import { DEFAULT_OBJECT } from '../table/artifact-table.js';
import { endingsOf, type Shape } from '../table/shapes.js';
import type { Collector, Place, Wanted } from './collector.js';
import type { ArtifactValue } from './types.js';

const WANTED = 'a local path or a Holdfast ARN is wanted';
const LOCATION = /^[A-Za-z][A-Za-z0-9+.-]*:\/\//;
const EXPLICIT_PATH = /^\.{1,2}(\/|$)/;
const KEYS = ['Path', 'Id', 'Repository', 'As', 'Ending'];
const AS = ['object', 'uri', 'url', 'arn', 'bucket', 'key', 'digest'] as const;

/**
 * Reads the value at a place where an artifact is wanted. Locations, inline code and intrinsic functions other than
 * `Fn::If` and `Fn::Artifact` are left alone; what can be neither is a problem.
 */
export function readValue(node: Node, place: Place, wanted: Wanted, into: Collector): void {
  const value = deref(node);
  const intrinsic = intrinsicOf(value);
  if (intrinsic !== undefined) {
    if (intrinsic.name === 'Fn::If') readBranches(intrinsic, place, wanted, into);
    else if (intrinsic.name === 'Fn::Artifact') readArtifact(node, intrinsic, place, wanted, into);
    return;
  }
  if (wanted.explicit === true && !(value.kind === 'scalar' && isExplicit(value.text))) return;
  if (isNull(value) || (value.kind === 'scalar' && value.text.trim() === '')) {
    into.problem(node, place, `the value is empty; ${WANTED}`, 'Write "." for the folder of the template.');
    return;
  }
  if (value.kind === 'seq') into.problem(node, place, `a list stands here; ${WANTED}`);
  if (value.kind !== 'scalar' || LOCATION.test(value.text)) return;
  const read = readText(value.text, node, place, into);
  if (read !== undefined) into.use(node, { place, wanted, value: read });
}

/** True for text that is a local path or a Holdfast ARN and can be nothing else; no bucket's name begins with a dot. */
function isExplicit(text: string): boolean {
  return EXPLICIT_PATH.test(text) || looksLikeHoldfastArn(text);
}

function readBranches(intrinsic: Intrinsic, place: Place, wanted: Wanted, into: Collector): void {
  const list = argumentList(intrinsic);
  if (list?.items.length !== 3) {
    into.problem(intrinsic.argument, place, 'Fn::If wants a list of a condition and two values');
    return;
  }
  for (const branch of [1, 2]) {
    const node = list.items[branch]!;
    readValue(node, { ...place, property: [...place.property, 'Fn::If', branch] }, wanted, into);
  }
}

/** Reads `!Artifact <path>`, `Fn::Artifact: <path>` and `Fn::Artifact: {Path, Id, Repository, As, Ending}`. */
export function readArtifact(
  node: Node,
  intrinsic: Intrinsic,
  place: Place,
  row: Wanted | undefined,
  into: Collector,
): void {
  into.claim(node);
  const { argument } = intrinsic;
  const map = argumentMap(intrinsic);
  const text = (name: string): string | undefined => {
    const found = map?.pairs.find(({ key }) => key.kind === 'scalar' && key.text === name)?.value;
    if (found === undefined) return undefined;
    const read = textOf(found);
    if (read === undefined) into.problem(found, place, `${name} of Fn::Artifact must be text`);
    return read;
  };
  for (const { key } of map?.pairs ?? []) {
    if (key.kind !== 'scalar' || !KEYS.includes(key.text)) {
      const name = key.kind === 'scalar' ? quote(key.text) : 'this key';
      into.problem(
        key,
        place,
        `Fn::Artifact does not know ${name}`,
        'It takes Path, Id, Repository, As and Ending.',
      );
    }
  }
  const path = map === undefined ? (argument.kind === 'scalar' ? argument.text : undefined) : text('Path');
  if (path === undefined || path.trim() === '') {
    into.problem(
      node,
      place,
      'Fn::Artifact names no path',
      'Write !Artifact ./path, or Fn::Artifact: {Path: ./path}.',
    );
    return;
  }
  const form = shapeOf(text('As'), row?.shape, node, place, into);
  const ending = checked(checkKeyEnding, text('Ending'), node, place, into);
  const id = checked(checkArtifactId, text('Id'), node, place, into);
  const repository = checked(checkRepositoryName, text('Repository'), node, place, into);
  const value = readText(path, node, place, into);
  if (form === undefined || value === undefined) return;
  const shape = withEnding(form, ending ?? endingsOf(row?.shape ?? form)) ?? form;
  if (ending !== undefined && endingsOf(shape).length === 0) {
    into.problem(node, place, `Fn::Artifact As ${form.form} names no key that could end in ${quote(ending)}`);
    return;
  }
  if (place.literalOnly && !['arn', 'key', 'digest'].includes(shape.form)) {
    into.problem(
      node,
      place,
      `Fn::Artifact As ${shape.form} needs an intrinsic function, and none may stand here`,
      'Use As: arn, key or digest here, or use the artifact in Resources or Outputs.',
    );
    return;
  }
  into.use(node, {
    place,
    wanted: { packing: row?.packing ?? 'any', shape, main: row?.main ?? false },
    value,
    ...(id === undefined ? {} : { id }),
    ...(repository === undefined ? {} : { repository }),
  });
}

function shapeOf(
  as: string | undefined,
  row: Shape | undefined,
  node: Node,
  place: Place,
  into: Collector,
): Shape | undefined {
  if (as === undefined) return row ?? { form: place.literalOnly ? 'arn' : 'uri' };
  const form = AS.find((known) => known === as);
  if (form === undefined) {
    into.problem(node, place, `Fn::Artifact does not know As ${quote(as)}`, `As is one of ${AS.join(', ')}.`);
    return undefined;
  }
  if (row?.form === form) return row;
  if (form !== 'object') return { form };
  return row?.form === 'object' ? row : DEFAULT_OBJECT;
}

/** The shape with a key that ends so; undefined for a shape without a key. */
function withEnding(shape: Shape, endings: string | readonly string[]): Shape | undefined {
  if (shape.form === 'arn' || shape.form === 'bucket' || shape.form === 'digest') return undefined;
  if (endings.length === 0) return shape;
  const wanted = typeof endings === 'string' ? [endings] : endings;
  return shape.form === 'key' ? { form: 'key', endings: wanted } : { ...shape, endings: wanted };
}

function checked(
  check: (text: string) => string,
  text: string | undefined,
  node: Node,
  place: Place,
  into: Collector,
): string | undefined {
  if (text === undefined) return undefined;
  try {
    return check(text);
  } catch (error) {
    if (!isHoldfastError(error)) throw error;
    into.problem(node, place, error.message, error.hint);
    return undefined;
  }
}

function readText(text: string, node: Node, place: Place, into: Collector): ArtifactValue | undefined {
  if (looksLikeHoldfastArn(text)) return readArn(text, node, place, into);
  const variable = (place.loopVariables ?? []).find(
    (name) => text.includes(`\${${name}}`) || text.includes(`&{${name}}`),
  );
  if (variable !== undefined) {
    into.problem(
      node,
      place,
      `the path ${quote(text)} holds the loop variable ${variable}, whose value is known to CloudFormation only`,
      'Write the resources out, or give all of the loop one path.',
    );
    return undefined;
  }
  if (text.includes('\0')) {
    into.problem(node, place, `the path ${quote(text)} holds a NUL character`);
    return undefined;
  }
  return { kind: 'path', path: text };
}

function readArn(text: string, node: Node, place: Place, into: Collector): ArtifactValue | undefined {
  try {
    const { type } = parseArn(text);
    if (type === 'version' || type === 'content' || type === 'bookmark') return { kind: 'arn', arn: text };
    into.problem(
      node,
      place,
      `${quote(text)} names ${type === 'artifact' ? 'an artifact' : 'a repository'}, which has no content of its own`,
      'Use the ARN of a version, a content or a bookmark.',
    );
  } catch (error) {
    if (!isHoldfastError(error)) throw error;
    into.problem(node, place, error.message, error.hint);
  }
  return undefined;
}
