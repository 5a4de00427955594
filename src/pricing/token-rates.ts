/** A rate that depends on the size of the prompt: the last step whose start is exceeded. */
export interface SteppedRate {
  readonly base: number;
  readonly steps: readonly { readonly over: number; readonly rate: number }[];
}

/** US dollars per million tokens. A kind without its own rate has the rate of its whole. */
export interface TokenRates {
  readonly input: number | SteppedRate;
  readonly output: number | SteppedRate;
  readonly cached?: number | SteppedRate | undefined;
  readonly cache_write?: number | SteppedRate | undefined;
  /** For tokens that the cache keeps for an hour. Defaults to `cache_write`. */
  readonly cache_write_1h?: number | SteppedRate | undefined;
  readonly input_audio?: number | SteppedRate | undefined;
  readonly output_audio?: number | SteppedRate | undefined;
  readonly reasoning?: number | SteppedRate | undefined;
  /** US dollars per request. */
  readonly request?: number | undefined;
}

/**
 * The tokens of a message. Cached, written and audio tokens are part of the input; reasoning and audio
 * tokens are part of the output.
 */
export interface TokenCounts {
  readonly input: number;
  readonly output: number;
  readonly cached: number;
  readonly cache_write: number;
  /** Part of `cache_write`. Defaults to 0. */
  readonly cache_write_1h?: number;
  readonly input_audio: number;
  readonly output_audio: number;
  readonly reasoning: number;
  /** Audio tokens of input and output together. Defaults to the sum of the two. */
  readonly audio?: number;
  /** All tokens. Defaults to the sum of input and output, as 0 does. */
  readonly total?: number;
  /** The input and the output by a second name. Default to `input` and `output`, as 0 does. */
  readonly prompt?: number;
  readonly completion?: number;
  readonly details?: TokenDetails | undefined;
}

/** Counts in the provider's own split of the tokens; 0 if it has none. They stand for counts that are 0. */
export interface TokenDetails {
  readonly cached: number;
  readonly cache_write: number;
  readonly input_audio: number;
  readonly output_audio: number;
  readonly reasoning: number;
}

/** Nano-dollars per dollar, and the number of tokens of a rate. */
const nanos = 1e9;
const million = 1e6;

/**
 * The cost of tokens in integer nano-dollars. Undefined if the parts contradict the whole, for example if a
 * provider does not include cached tokens in the input, or if they may overlap and the price depends on it: no
 * price is better than a wrong one. Each token is paid once, at the rate of its part. Rates
 * are integer nano-dollars per million tokens, and the result is rounded once, half up.
 */
export function costOf(rates: TokenRates, given: TokenCounts): number | undefined {
  const tokens = withDetails(given);
  if (tokens === undefined || areContradictory(tokens) || isAudioAmbiguous(rates, tokens))
    return undefined;
  const parts: [count: number, rate: number][] = [[million, rates.request ?? 0]];
  const pay = (count: number, of: number | SteppedRate) =>
    void parts.push([count, typeof of === 'number' ? of : step(of, tokens.input)]);
  let plainInput = tokens.input;
  let plainOutput = tokens.output;
  if (rates.cached !== undefined) {
    plainInput -= tokens.cached;
    pay(tokens.cached, rates.cached);
  }
  let plainWrite = tokens.cache_write;
  if (rates.cache_write_1h !== undefined) {
    const { cache_write_1h = 0 } = tokens;
    plainWrite -= cache_write_1h;
    plainInput -= cache_write_1h;
    pay(cache_write_1h, rates.cache_write_1h);
  }
  if (rates.cache_write !== undefined) {
    plainInput -= plainWrite;
    pay(plainWrite, rates.cache_write);
  }
  if (rates.input_audio !== undefined) {
    plainInput -= tokens.input_audio;
    pay(tokens.input_audio, rates.input_audio);
  }
  if (rates.output_audio !== undefined) {
    plainOutput -= tokens.output_audio;
    pay(tokens.output_audio, rates.output_audio);
  }
  if (rates.reasoning !== undefined) {
    plainOutput -= tokens.reasoning;
    pay(tokens.reasoning, rates.reasoning);
  }
  if (plainInput < 0 || plainOutput < 0) return undefined;
  pay(plainInput, rates.input);
  pay(plainOutput, rates.output);
  return addCosts(parts);
}

/** Counts times dollars per million, in integer nano-dollars. */
function addCosts(parts: readonly (readonly [count: number, rate: number])[]): number {
  let sum = 0;
  for (const [count, rate] of parts) sum += count * Math.round(rate * nanos);
  // Below 2^53 every step was exact. Costs above nine dollars are computed with bigints.
  if (sum + million < Number.MAX_SAFE_INTEGER) return Math.floor((sum + million / 2) / million);
  const exact = parts.reduce(
    (all, [count, rate]) => all + BigInt(count) * BigInt(Math.round(rate * nanos)),
    0n,
  );
  return Number((exact + BigInt(million / 2)) / BigInt(million));
}

const detailNames = ['cached', 'cache_write', 'input_audio', 'output_audio', 'reasoning'] as const;

/** Counts that include those of the provider's split; undefined if the two differ. */
function withDetails({ details, ...tokens }: TokenCounts): PlainCounts | undefined {
  if (details === undefined) return tokens;
  const counts = { ...tokens };
  for (const name of detailNames) {
    if (details[name] === 0) continue;
    if (counts[name] !== 0 && counts[name] !== details[name]) return undefined;
    counts[name] = details[name];
  }
  return counts;
}

type PlainCounts = Omit<TokenCounts, 'details'>;

/** Whether parts are larger than their whole, whatever they cost, or two figures of one thing differ. */
function areContradictory(tokens: PlainCounts): boolean {
  const { input, output, cached, cache_write, cache_write_1h = 0, reasoning } = tokens;
  const { input_audio, output_audio, audio = 0 } = tokens;
  const { total = 0, prompt = 0, completion = 0 } = tokens;
  // Some libraries leave the cache out of their total. A larger total has tokens that no part has.
  const isTotal = total === input + output || total === input + output - cached - cache_write;
  return (
    (total > 0 && !isTotal) ||
    (prompt > 0 && prompt !== input) ||
    (completion > 0 && completion !== output) ||
    Object.values(tokens).some((count) => count < 0) ||
    cached + cache_write > input ||
    cache_write_1h > cache_write ||
    input_audio > input ||
    output_audio + reasoning > output ||
    audio > input + output ||
    (audio > 0 && input_audio + output_audio > audio)
  );
}

/**
 * Whether audio tokens may also be cached ones, or are not split into input and output, and have a separate
 * rate, so that this matters.
 */
function isAudioAmbiguous(rates: TokenRates, tokens: PlainCounts): boolean {
  const { cached, cache_write, cache_write_1h = 0, input_audio, output_audio, audio = 0 } = tokens;
  const isCachePriced =
    (cached > 0 && rates.cached !== undefined) ||
    (cache_write > 0 && rates.cache_write !== undefined) ||
    (cache_write_1h > 0 && rates.cache_write_1h !== undefined);
  if (input_audio > 0 && rates.input_audio !== undefined && isCachePriced) return true;
  const isAudioPriced = rates.input_audio !== undefined || rates.output_audio !== undefined;
  return isAudioPriced && audio > input_audio + output_audio;
}

function step({ base, steps }: SteppedRate, input: number): number {
  let rate = base;
  for (const { over, rate: next } of steps) if (input > over) rate = next;
  return rate;
}
