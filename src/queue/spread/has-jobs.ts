/** The part of a Redis client that counts. */
export interface Counter {
  llen(key: string): Promise<number>;
  zcard(key: string): Promise<number>;
}

/** Whether anything that has to be done yet is on BullMQ's queue with these keys. */
export async function hasJobs(redis: Counter, keys: string): Promise<boolean> {
  const counts = await Promise.all([
    ...['wait', 'active', 'paused'].map((list) => redis.llen(`${keys}:${list}`)),
    ...['delayed', 'prioritized'].map((set) => redis.zcard(`${keys}:${set}`)),
  ]);
  return counts.some((count) => count > 0);
}
