import { sleep } from '../environment/sleep.js';

/** The maximum number of inputs of one call. */
const mostTogether = 500;
/** After this many milliseconds new calls no longer wait for a call: its connection may be dead. */
const patienceMs = 500;

/** How calls are grouped. */
interface Grouping {
  /** Whether a single input of a call may be the cause of an error. Each is then tried alone. */
  readonly isOfOne: (error: unknown) => boolean;
  /**
   * The least milliseconds between the starts of two calls while inputs arrive faster than calls end. The first call
   * never waits. Defaults to 0.
   */
  readonly apartMs?: number;
  /**
   * The maximum number of calls in flight. While a call takes longer than `apartMs`, another one starts for inputs that
   * would wait for it. Calls may then end in another order. Defaults to 1.
   */
  readonly atOnce?: number;
}

interface Waiting<Input, Output> {
  readonly input: Input;
  readonly resolve: (output: Output) => void;
  readonly reject: (error: unknown) => void;
}

/**
 * Groups calls as a database groups commits: the first is made immediately, and those that arrive until it ends become
 * one call.
 */
export function groupCalls<Input, Output>(
  run: (inputs: readonly Input[]) => Promise<readonly Output[]>,
  { isOfOne, apartMs = 0, atOnce = 1 }: Grouping,
): (input: Input) => Promise<Output> {
  const waiting: Waiting<Input, Output>[] = [];
  let running = 0;
  let latestStart = Number.NEGATIVE_INFINITY;

  const make = async (calls: readonly Waiting<Input, Output>[]): Promise<void> => {
    try {
      const outputs = await run(calls.map(({ input }) => input));
      for (const [at, { resolve }] of calls.entries()) resolve(outputs[at] as Output);
    } catch (error) {
      if (calls.length > 1 && isOfOne(error)) {
        for (const call of calls) await make([call]);
      } else {
        for (const { reject } of calls) reject(error);
      }
    }
  };
  const makeAll = async () => {
    running += 1;
    while (waiting.length > 0) {
      latestStart = performance.now();
      await make(waiting.splice(0, mostTogether));
      const early = latestStart + apartMs - performance.now();
      if (waiting.length > 0 && early > 0) await sleep(early);
    }
    running -= 1;
  };
  return (input) =>
    new Promise((resolve, reject) => {
      waiting.push({ input, resolve, reject });
      const sinceMs = performance.now() - latestStart;
      const startsAnother = sinceMs > patienceMs || (running < atOnce && sinceMs > apartMs);
      // `make` rejects the promises of its callers, so this one never rejects.
      if (running === 0 || startsAnother) void makeAll();
    });
}
