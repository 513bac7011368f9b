import { readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { preProcessFile } from 'typescript';

const packagesFolder = resolve(__dirname, '../../../..');

/** A package's manifest, as far as the house's rules look at it. */
export interface Manifest {
  readonly name: string;
  readonly private?: boolean;
  readonly exports?: unknown;
  readonly engines?: { readonly node?: string };
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly devDependencies?: Readonly<Record<string, string>>;
  readonly peerDependencies?: Readonly<Record<string, string>>;
  readonly optionalDependencies?: Readonly<Record<string, string>>;
}

export function folders(): string[] {
  return readdirSync(packagesFolder, { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map((entry) => entry.name)
    .sort();
}

export function manifest(folder: string): Manifest {
  return JSON.parse(readFileSync(join(packagesFolder, folder, 'package.json'), 'utf8')) as Manifest;
}

/** The packages that a manifest asks for, whatever for. */
export function wanted(of: Manifest): string[] {
  return Object.keys({
    ...of.dependencies,
    ...of.devDependencies,
    ...of.peerDependencies,
    ...of.optionalDependencies,
  });
}

/** A package's own files of the given folders, such as `src`; those that are not there have none. */
export function sourceFiles(folder: string, ...under: readonly string[]): string[] {
  return readdirSync(join(packagesFolder, folder), { withFileTypes: true })
    .filter((entry) => entry.isDirectory() && under.includes(entry.name))
    .flatMap((entry) => {
      const base = join(packagesFolder, folder, entry.name);
      return readdirSync(base, { recursive: true, encoding: 'utf8' }).map((name) => join(base, name));
    })
    .filter((file) => /\.[cm]?[jt]s$/.test(file))
    .sort();
}

/** What a program imports, in whatever form: `import`, `export … from`, `import()`, `require()`, types as well. */
export function importsIn(text: string): string[] {
  return preProcessFile(text, true, true).importedFiles.map(({ fileName }) => fileName);
}
