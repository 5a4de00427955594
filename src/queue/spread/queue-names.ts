/** The default number of queues in a cluster. */
export const clusterQueues = 16;
/** One master serves several queues, so more would only cost connections. */
export const mostQueues = 256;

/** The parts of a queue's name. */
export interface QueueNaming {
  readonly prefix: string;
  /** Whether all keys of a queue must be in one slot of a cluster. */
  readonly is_cluster: boolean;
}

/** The number of queues, and the highest number there ever was. */
export interface QueueNumbers {
  readonly queues: number;
  readonly most: number;
}

/** The queues that jobs are added to. The name of a queue is the prefix of its keys. */
export function currentNames(naming: QueueNaming, queues: number): readonly string[] {
  return queues === 1 && !naming.is_cluster ? [naming.prefix] : tagged(naming, queues);
}

/**
 * The queues that jobs were added to earlier. A process that does not know the current number may
 * still use them, so workers check whether anything is left.
 */
export function formerNames(
  naming: QueueNaming,
  { queues, most }: QueueNumbers,
): readonly string[] {
  const current = new Set(currentNames(naming, queues));
  const plain = naming.is_cluster ? [] : [naming.prefix];
  return [...plain, ...tagged(naming, most)].filter((name) => !current.has(name));
}

/** The part in braces chooses the slot. */
const tagged = ({ prefix }: QueueNaming, queues: number) =>
  Array.from({ length: queues }, (_, at) => `{${prefix}:${at}}`);

/**
 * The queues that the worker with a rank reads, by number. Each queue is read by some worker, and
 * the workers' shares differ by at most one. If there are more workers than queues, several workers
 * read the same one.
 */
export function shareOf(rank: number, workers: number, queues: number): readonly number[] {
  if (workers > queues) return [rank % queues];
  const all = Array.from({ length: queues }, (_, at) => at);
  return all.filter((at) => Math.floor((at * workers) / queues) === rank);
}
