/** The queues of a cluster, where nothing says how many. */
export const clusterQueues = 16;
/** More would be connections for nothing: one master takes several queues. */
export const mostQueues = 256;

/** What the names of queues are made of. */
export interface QueueNaming {
  readonly prefix: string;
  /** Whether all keys of a queue have to be in one slot of a cluster. */
  readonly is_cluster: boolean;
}

/** How many queues there are, and the most there ever were. */
export interface QueueNumbers {
  readonly queues: number;
  readonly most: number;
}

/** The queues that jobs are put on. The name of a queue is what its keys begin with. */
export function currentNames(naming: QueueNaming, queues: number): readonly string[] {
  return queues === 1 && !naming.is_cluster ? [naming.prefix] : tagged(naming, queues);
}

/**
 * The queues that jobs were put on once, or are by somebody who has not heard of the present number: workers
 * look whether there is anything left.
 */
export function formerNames(
  naming: QueueNaming,
  { queues, most }: QueueNumbers,
): readonly string[] {
  const current = new Set(currentNames(naming, queues));
  const plain = naming.is_cluster ? [] : [naming.prefix];
  return [...plain, ...tagged(naming, most)].filter((name) => !current.has(name));
}

/** What is in braces chooses the slot. */
const tagged = ({ prefix }: QueueNaming, queues: number) =>
  Array.from({ length: queues }, (_, at) => `{${prefix}:${at}}`);

/**
 * The queues that the worker of a rank reads, by number: each is read by somebody, and no worker has more
 * than one more than another. Where there are more workers than queues, several read the same one.
 */
export function shareOf(rank: number, workers: number, queues: number): readonly number[] {
  if (workers > queues) return [rank % queues];
  const all = Array.from({ length: queues }, (_, at) => at);
  return all.filter((at) => Math.floor((at * workers) / queues) === rank);
}
