/** The methods of a Redis client that count. */
export interface Counter {
  llen(key: string): Promise<number>;
  zcard(key: string): Promise<number>;
}

/** Whether BullMQ's queue with this key prefix holds unfinished jobs. */
export async function hasJobs(redis: Counter, keys: string): Promise<boolean> {
  const counts = await Promise.all([
    ...['wait', 'active', 'paused'].map((list) => redis.llen(`${keys}:${list}`)),
    ...['delayed', 'prioritized'].map((set) => redis.zcard(`${keys}:${set}`)),
  ]);
  return counts.some((count) => count > 0);
}
