import { randomUUID } from 'node:crypto';
import { ArtifactStore, type StoreIdentity } from '@holdfast/core';
import type { StoreOpener } from '../../src/publish/stores.js';

/** A store for each environment, in memory, as `aws:` stores are each environment's own. */
export class MemoryStores {
  readonly stores = new Map<string, ArtifactStore>();

  readonly open: StoreOpener = async ({ account = '111111111111', region = 'eu-west-1' }) => {
    const place: StoreIdentity = { partition: 'aws', account, region };
    const key = `${account}/${region}`;
    const store =
      this.stores.get(key) ??
      (await ArtifactStore.open(`memory:${randomUUID()}`, {
        identity: place,
        bucket: `acme-${account}-${region}`,
      }));
    this.stores.set(key, store);
    return { store, place };
  };

  async close(): Promise<void> {
    for (const store of this.stores.values()) await store.close();
  }
}
