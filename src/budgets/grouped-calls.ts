/** The maximum number of inputs of one call. */
const mostTogether = 500;
/** After this many milliseconds new calls no longer wait for a call: its connection may be dead. */
const patienceMs = 500;

interface Waiting<Input, Output> {
  readonly input: Input;
  readonly resolve: (output: Output) => void;
  readonly reject: (error: unknown) => void;
}

/**
 * Groups calls as a database groups commits: the first is made immediately, and those that arrive until it ends become
 * one call. If a call with several inputs fails and `isOfOne` says that a single input may be the cause, each is tried
 * alone.
 */
export function groupCalls<Input, Output>(
  run: (inputs: readonly Input[]) => Promise<readonly Output[]>,
  isOfOne: (error: unknown) => boolean,
): (input: Input) => Promise<Output> {
  const waiting: Waiting<Input, Output>[] = [];
  let running = 0;
  let latestStart = 0;

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
    }
    running -= 1;
  };
  return (input) =>
    new Promise((resolve, reject) => {
      waiting.push({ input, resolve, reject });
      const isStuck = performance.now() - latestStart > patienceMs;
      // `make` rejects the promises of its callers, so this one never rejects.
      if (running === 0 || isStuck) void makeAll();
    });
}
