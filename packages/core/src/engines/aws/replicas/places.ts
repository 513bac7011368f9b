/** What the keys of a home store's replicas begin with, in the bucket; and their partitions, in the table. No repository's name begins so. */
export function replicaPlaces(account: string, homeRegion: string): { prefix: string; partitions: string } {
  return { prefix: `replicas/${account}/${homeRegion}/`, partitions: `@${account}/${homeRegion}/` };
}
