import type { Readable } from 'node:stream';
import type { Location } from '../../../model.js';
import type { ByteSource, ContentCopy, ContentStorage, UploadNote } from '../../../ports/index.js';

/** The storage of a repository's contents, and whether that can never change; it can for a repository that does not exist yet. */
export interface Route {
  readonly content: ContentStorage;
  readonly final: boolean;
}

/**
 * Contents of repositories that lie in different buckets: each request goes to the bucket of its repository.
 *
 * Whether a content is stored is a repository's own matter, so that contents of two buckets never stand for each other. Where a
 * repository lies is asked once.
 */
export class RoutedContent implements ContentStorage {
  readonly #home: ContentStorage;
  readonly #routeOf: (repository: string) => Promise<Route>;
  readonly #known = new Map<string, ContentStorage>();

  constructor(home: ContentStorage, routeOf: (repository: string) => Promise<Route>) {
    this.#home = home;
    this.#routeOf = routeOf;
  }

  async has(copy: ContentCopy): Promise<number | undefined> {
    return (await this.#of(copy.repository)).has(copy);
  }

  async put(copy: ContentCopy, source: ByteSource, note?: UploadNote): Promise<void> {
    await (await this.#of(copy.repository)).put(copy, source, note);
  }

  async repair(copy: ContentCopy, source: ByteSource): Promise<string | undefined> {
    const content = await this.#of(copy.repository);
    if (content.repair !== undefined) return content.repair(copy, source);
    await content.put(copy, source);
    return undefined;
  }

  async open(copy: ContentCopy): Promise<Readable> {
    return (await this.#of(copy.repository)).open(copy);
  }

  async delete(copy: ContentCopy): Promise<void> {
    await (await this.#of(copy.repository)).delete(copy);
  }

  async *list(repository: string): AsyncIterable<ContentCopy> {
    yield* (await this.#of(repository)).list(repository);
  }

  async removeAbandoned(before: Date, repository: string): Promise<number> {
    return (await this.#of(repository)).removeAbandoned(before, repository);
  }

  async checkLocatable(): Promise<void> {
    await this.#home.checkLocatable();
  }

  async locate(copy: ContentCopy, ending?: string): Promise<Location> {
    return (await this.#of(copy.repository)).locate(copy, ending);
  }

  async #of(repository: string): Promise<ContentStorage> {
    const known = this.#known.get(repository);
    if (known !== undefined) return known;
    const { content, final } = await this.#routeOf(repository);
    if (final) this.#known.set(repository, content);
    return content;
  }
}
