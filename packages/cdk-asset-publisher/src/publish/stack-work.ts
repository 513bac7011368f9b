import {
  mapBounded,
  parseArn,
  type ArtifactStore,
  type Location,
  type PublishInput,
  type PublishResult,
  type Version,
} from '@holdfast/core';
import { TEMPLATE_SLOT } from '@holdfast/cloudformation';
import type { AssemblyStack } from '../assembly/read-assembly.js';
import type { PublishedUse, Template } from '../assembly/types.js';
import { fillTemplate, type Placed } from '../fill/fill-template.js';
import type { Stamped } from '../fill/stamps.js';
import { ANY_ASSET } from '../placeholders.js';
import { endingOf } from './key-ending.js';
import type { Item } from './publish-together.js';
import { sourceOf } from './sources.js';
import { artifactIds, templateId, type StackUses } from './stack-uses.js';

/** What publishing needs of a store. */
export type PublishingStore = Pick<
  ArtifactStore,
  'identity' | 'publishAll' | 'resolve' | 'locate' | 'checkLocatable'
>;

export interface StackOptions {
  readonly repository: string;
  /** What artifact IDs begin with. */
  readonly prefix: string;
  readonly storageMode?: 'copy' | 'reference';
  readonly tags?: boolean;
}

/** A stack whose templates say where its artifacts lie. */
export interface FilledStack {
  readonly stack: AssemblyStack;
  /** Texts by file name. */
  readonly templates: ReadonlyMap<string, string>;
  readonly templateLocation: Location;
  readonly artifacts: readonly PublishedUse[];
  /** How many contents were sent to the store, and how many it had. */
  readonly uploaded: number;
  readonly unchanged: number;
}

/** What a token stands for. */
interface Used {
  readonly version: Version;
  readonly bookmark?: string;
  /** Where its content was stored a moment ago, if publishing learned of it. */
  readonly copy?: PublishResult['copy'];
}

/** How many versions are located at once: what an engine can answer with one request. */
const AT_ONCE = 100;

/** One stack on its way: what is to be published of it, and what of its templates is filled in so far. */
export class StackWork {
  readonly #placed = new Map<string, Placed>();
  readonly #versions = new Map<string, Used>();
  readonly #texts = new Map<string, string>();
  readonly #locations = new Map<string, Promise<Location>>();
  readonly #ids: ReadonlyMap<string, string>;
  #template: PublishResult | undefined;
  /** The outcomes of the assets. */
  readonly #results: PublishResult[] = [];
  #uploaded = 0;
  #unchanged = 0;

  constructor(
    readonly store: PublishingStore,
    readonly uses: StackUses,
    readonly options: StackOptions,
  ) {
    this.#ids = artifactIds(uses, options.prefix);
  }

  get depth(): number {
    return this.uses.nested[0]?.depth ?? 0;
  }

  /** What the stack's templates are artifacts of. */
  get templates(): { readonly repository: string; readonly id: string }[] {
    const { repository, prefix } = this.options;
    const { stack, nested } = this.uses;
    const files = new Set(nested.map(({ file }) => file));
    const below = stack.plan.assets.filter(({ path }) => files.has(path));
    return [...below.map(({ token }) => this.#ids.get(token)!), templateId(prefix)].map((id) => ({
      repository,
      id,
    }));
  }

  /** Every asset but nested templates, which are filled in first. */
  async assetItems(): Promise<Item[]> {
    const { stack, nested } = this.uses;
    const templates = new Set(nested.map(({ file }) => file));
    return Promise.all(
      stack.plan.assets
        .filter(({ path }) => !templates.has(path))
        .map(async (asset) => {
          const source = await sourceOf(asset, stack.folder);
          const path = source.kind === 'path' ? source.path : asset.token;
          return this.#item(asset.token, path, this.#ids.get(asset.token)!, source);
        }),
    );
  }

  async resolveArns(): Promise<void> {
    await mapBounded([...this.uses.arns], AT_ONCE, async ([token, arn]) => {
      const { version, through } = await this.store.resolve(arn);
      this.#versions.set(token, { version, ...(through === undefined ? {} : { bookmark: through }) });
    });
  }

  async nestedItems(depth: number): Promise<Item[]> {
    const items: Item[] = [];
    for (const { file } of this.uses.nested.filter((one) => one.depth === depth)) {
      const asset = this.uses.stack.plan.assets.find(({ path }) => path === file)!;
      const text = await this.#fill(file);
      const source = { kind: 'bytes', bytes: Buffer.from(text, 'utf8') } as const;
      items.push(this.#item(asset.token, text, this.#ids.get(asset.token)!, source));
    }
    return items;
  }

  async templateItem(): Promise<Item> {
    const text = await this.#fill(this.uses.stack.templateFile);
    return {
      key: JSON.stringify([this.options.repository, text]),
      input: {
        id: templateId(this.options.prefix),
        repository: this.options.repository,
        source: { kind: 'bytes', bytes: Buffer.from(text, 'utf8') },
        mediaType: 'application/json',
        likelyNew: this.#isNew,
      },
      done: (result) => {
        this.#template = result;
        this.#count(result);
      },
    };
  }

  async filled(): Promise<FilledStack> {
    const { stack } = this.uses;
    const { version: template, copy } = this.#template!;
    return {
      stack,
      templates: this.#texts,
      templateLocation: await this.store.locate(template, copy === undefined ? {} : { copy }),
      artifacts: [...this.#stampsBelow(''), { slot: TEMPLATE_SLOT, version: template.arn }],
      uploaded: this.#uploaded,
      unchanged: this.#unchanged,
    };
  }

  #item(token: string, content: string, id: string, source: PublishInput['source']): Item {
    const { repository } = this.options;
    return {
      key: JSON.stringify([repository, content]),
      input: { id, repository, source },
      done: (result) => {
        const { version, copy } = result;
        this.#versions.set(token, { version, ...(copy === undefined ? {} : { copy }) });
        this.#results.push(result);
        this.#count(result);
      },
    };
  }

  /** Its template is new where it names a version that is. */
  get #isNew(): boolean {
    return this.#results.some(({ outcome }) => outcome === 'created');
  }

  #count({ uploaded }: PublishResult): void {
    if (uploaded) this.#uploaded += 1;
    else this.#unchanged += 1;
  }

  async #fill(file: string): Promise<string> {
    const { stack, uses } = this.uses;
    const own = uses.filter((use) => use.file === file);
    await this.#place(file);
    const prefix = own[0]?.prefix ?? '';
    const unused = file === stack.templateFile ? this.#unused() : [];
    const { storageMode, tags } = this.options;
    const filled = fillTemplate(stack.templates.get(file)!, {
      placed: this.#placed,
      ...(storageMode === undefined ? {} : { storageMode }),
      ...(tags === undefined ? {} : { tags }),
      further: [...this.#stampsBelow(prefix, file), ...unused],
    });
    const text = textOf(filled);
    this.#texts.set(file, text);
    return text;
  }

  /** Finds out where the artifacts of a template lie. */
  async #place(file: string): Promise<void> {
    const { stack, uses } = this.uses;
    const own = uses.filter((use) => use.file === file);
    // A key with an ending serves the places that want none, too.
    const wanted = new Map(
      [...own, ...own.filter(({ endings }) => endings !== undefined)].map((use) => [use.token, use]),
    );
    const assets = new Map(stack.plan.assets.map((asset) => [asset.token, asset]));
    await mapBounded([...wanted], AT_ONCE, async ([token, { endings }]) => {
      if (this.#placed.has(token)) return;
      const used = this.#versions.get(token)!;
      const { version, bookmark } = used;
      const location = await this.#locate(used, endings && endingOf(assets.get(token), endings));
      this.#placed.set(token, {
        version: version.arn,
        location,
        ...(bookmark === undefined ? {} : { bookmark }),
      });
    });
    await this.#placeAny();
  }

  /** Where stock templates name the bucket without saying for which asset. */
  async #placeAny(): Promise<void> {
    const [asset] = this.uses.stack.plan.assets.filter(({ token }) => this.#versions.has(token));
    if (asset === undefined || this.#placed.has(ANY_ASSET)) return;
    const used = this.#versions.get(asset.token)!;
    this.#placed.set(ANY_ASSET, { version: used.version.arn, location: await this.#locate(used) });
  }

  #locate({ version, copy }: Used, ending?: string): Promise<Location> {
    const key = `${version.digest}${ending ?? ''}`;
    const options = {
      ...(ending === undefined ? {} : { ending }),
      ...(copy === undefined ? {} : { copy }),
    };
    const known = this.#locations.get(key) ?? this.store.locate(version, options);
    this.#locations.set(key, known);
    return known;
  }

  /** Stamps of everything that the templates below a prefix use; but not of those in `except`. */
  #stampsBelow(prefix: string, except?: string): Stamped[] {
    return this.uses.uses
      .filter((use) => use.prefix.startsWith(prefix) && use.file !== except)
      .map((use) => {
        const { version, bookmark } = this.#versions.get(use.token)!;
        const slot = `${use.prefix.slice(prefix.length)}${use.slot}`;
        return { slot, version: version.arn, ...(bookmark === undefined ? {} : { bookmark }) };
      });
  }

  /** Assets that the app has and no template names. */
  #unused(): Stamped[] {
    const used = new Set(this.uses.uses.map(({ token }) => token));
    return this.uses.stack.plan.assets
      .filter(({ token }) => !used.has(token))
      .map(({ token }) => {
        const { arn } = this.#versions.get(token)!.version;
        const parsed = parseArn(arn);
        return { slot: `Assets.${parsed.type === 'version' ? parsed.id : token}`, version: arn };
      });
  }
}

/** As the CDK writes templates. */
function textOf(template: Template): string {
  return JSON.stringify(template, undefined, 1);
}
