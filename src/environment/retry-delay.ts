/**
 * How long to wait before trying again, in milliseconds: doubling from 100 ms to 5 s, the upper half
 * of it at random so that many processes do not come back at once.
 */
export function retryDelay(attempt: number): number {
  const ceiling = Math.min(5_000, 100 * 2 ** Math.min(attempt, 10));
  return ceiling / 2 + Math.random() * (ceiling / 2);
}
