import type { PlannedUsage } from '../../harness/models/planned-answer.js';

/**
 * The usage of one call of OpenAI's models in the tests: part of it cached, part of it reasoning.
 */
export const openaiUsage: PlannedUsage = { input: 100, cached: 40, output: 20, reasoning: 5 };

/**
 * The usage of one call of Anthropic's models: cache reads, and writes of which some are kept for
 * an hour.
 */
export const anthropicUsage: PlannedUsage = {
  input: 100,
  cached: 40,
  cache_write: 10,
  output: 20,
};

/** The tokens of a number of calls with `openaiUsage`. */
export const openaiTokens = (calls: number) => ({
  metered_messages: calls,
  input_tokens: 100 * calls,
  output_tokens: 20 * calls,
  total_tokens: 120 * calls,
  cached_tokens: 40 * calls,
  reasoning_tokens: 5 * calls,
});

/** The tokens of a number of calls with `anthropicUsage`. */
export const anthropicTokens = (calls: number) => ({
  metered_messages: calls,
  input_tokens: 100 * calls,
  output_tokens: 20 * calls,
  total_tokens: 120 * calls,
  cached_tokens: 40 * calls,
  cache_write_tokens: 10 * calls,
});

/** Two calls of a tool in one answer: the first succeeds, the second throws. */
export const weatherCalls = [
  { id: 'call_rome', name: 'weather', input: { city: 'Rome' } },
  { id: 'call_nowhere', name: 'weather', input: { city: 'Nowhere' } },
];

/** The tool that they call. */
export async function weather({ city }: { readonly city: string }): Promise<string> {
  if (city === 'Nowhere') throw new RangeError('There is no such city');
  return `It is sunny in ${city}`;
}

/** Tool calls in the order of the model's ids, because those of one answer end together. */
export function byId<C extends { readonly tool_call_id: string | null }>(calls: readonly C[]) {
  return [...calls].sort((a, b) => ((a.tool_call_id ?? '') < (b.tool_call_id ?? '') ? -1 : 1));
}

/** Reads a stream to its end. */
export async function drain(stream: AsyncIterable<unknown>): Promise<void> {
  for await (const _ of stream);
}

/** Names of runs after their parents' names, one line per run. */
export function treeOf(
  runs: readonly {
    readonly run_id: string;
    readonly parent_run_id: string | null;
    readonly agent_name: string | null;
  }[],
): readonly string[] {
  const nameOf = (id: string | null): string | undefined => {
    const run = runs.find(({ run_id }) => run_id === id);
    return run === undefined ? undefined : (run.agent_name ?? 'unnamed');
  };
  return runs
    .map(({ run_id, parent_run_id }) =>
      [nameOf(parent_run_id), nameOf(run_id)].filter((name) => name !== undefined).join(' > '),
    )
    .sort();
}
