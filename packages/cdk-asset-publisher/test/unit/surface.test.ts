import { expect, test } from '@jest/globals';
import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import ts from 'typescript';

/*
 * What the other languages of the CDK could use of a package has to keep to jsii's rules. The compiler of jsii itself took the constructs
 * as they are; this keeps them so: no unions, generics or literals in what users see, and structs of values that never change.
 */

const CONSTRUCTS = resolve(__dirname, '../../src/constructs');

/** The files that the package's entry exports something of, with the exported names. */
function exported(): Map<string, Set<string>> {
  const entry = parse(resolve(CONSTRUCTS, '../index.ts'));
  const found = new Map<string, Set<string>>();
  for (const statement of entry.statements) {
    if (!ts.isExportDeclaration(statement) || !statement.exportClause || !statement.moduleSpecifier)
      throw new Error(`the entry has more than exports: ${statement.getText(entry)}`);
    const [, file = ''] = /constructs\/(.*)\.js/.exec(statement.moduleSpecifier.getText(entry)) ?? [];
    const { elements } = statement.exportClause as ts.NamedExports;
    found.set(file, new Set(elements.map(({ name }) => name.text)));
  }
  return found;
}

function parse(file: string): ts.SourceFile {
  return ts.createSourceFile(file, readFileSync(file, 'utf8'), ts.ScriptTarget.ES2024, true);
}

/** Everything wrong with a file, by jsii's rules. */
function problems(source: ts.SourceFile, names: ReadonlySet<string>): string[] {
  const found: string[] = [];
  for (const node of source.statements) {
    if (ts.isInterfaceDeclaration(node) && names.has(node.name.text)) {
      for (const member of node.members) {
        const text = `${node.name.text}.${member.getText(source)}`;
        if (!ts.isPropertySignature(member)) found.push(`${text}: a struct has values only`);
        else if (!member.modifiers?.some(({ kind }) => kind === ts.SyntaxKind.ReadonlyKeyword))
          found.push(`${text}: not readonly`);
        else found.push(...typeProblems(member.type, text));
      }
    }
    if (ts.isClassDeclaration(node) && names.has(node.name?.text ?? '')) {
      for (const member of node.members) found.push(...memberProblems(member, node.name!.text, source));
    }
  }
  return found;
}

function memberProblems(member: ts.ClassElement, owner: string, source: ts.SourceFile): string[] {
  const modifiers = ts.canHaveModifiers(member) ? (ts.getModifiers(member) ?? []) : [];
  if (modifiers.some(({ kind }) => kind === ts.SyntaxKind.PrivateKeyword)) return [];
  const name = `${owner}.${member.name?.getText(source) ?? 'constructor'}`;
  if (ts.isPropertyDeclaration(member)) {
    // A literal that is assigned says its type.
    return member.type === undefined && member.initializer !== undefined
      ? []
      : typeProblems(member.type, name);
  }
  if (!ts.isFunctionLike(member)) return [`${name}: neither a property nor a method`];
  return [
    ...(member.typeParameters === undefined ? [] : [`${name}: generic`]),
    ...member.parameters.flatMap(({ type, name: parameter }) =>
      typeProblems(type, `${name}(${parameter.getText(source)})`),
    ),
    ...(ts.isConstructorDeclaration(member) ? [] : typeProblems(member.type, name, true)),
  ];
}

function typeProblems(type: ts.TypeNode | undefined, of: string, result = false): string[] {
  if (type === undefined) return [`${of}: has no type`];
  if (ts.isArrayTypeNode(type)) return typeProblems(type.elementType, of);
  if (ts.isTypeReferenceNode(type)) return type.typeArguments === undefined ? [] : [`${of}: generic`];
  if (ts.isUnionTypeNode(type)) {
    const others = type.types.filter(({ kind }) => kind !== ts.SyntaxKind.UndefinedKeyword);
    return others.length === 1 ? typeProblems(others[0], of) : [`${of}: a union`];
  }
  const plain = [ts.SyntaxKind.StringKeyword, ts.SyntaxKind.NumberKeyword, ts.SyntaxKind.BooleanKeyword];
  const fits = plain.includes(type.kind) || (result && type.kind === ts.SyntaxKind.VoidKeyword);
  return fits ? [] : [`${of}: ${type.getText()} is not for other languages`];
}

test("the constructs keep to jsii's rules", () => {
  const files = [...exported()];
  expect(files.map(([file]) => file)).toContain('holdfast-synthesizer');
  expect(files.flatMap(([file, names]) => problems(parse(join(CONSTRUCTS, `${file}.ts`)), names))).toEqual(
    [],
  );
});

test('what breaks the rules is found', () => {
  const text = `
    export interface Props { mode: string; readonly size?: 'small' | 'large'; readonly tags?: Record<string, string> }
    export class Thing { name: string | number; make<T>(one: T): Promise<T> { return one; } }`;
  const source = ts.createSourceFile('broken.ts', text, ts.ScriptTarget.ES2024, true);
  expect(problems(source, new Set(['Props', 'Thing']))).toHaveLength(6);
});
