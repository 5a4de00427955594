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
export function costOf(rates: TokenRates, tokens: TokenCounts): number | undefined {
  if (areContradictory(tokens) || isAudioAmbiguous(rates, tokens)) return undefined;
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
  return sumOf(parts);
}

/** Counts times dollars per million, in integer nano-dollars. */
function sumOf(parts: readonly (readonly [count: number, rate: number])[]): number {
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

/** Whether parts are larger than their whole, whatever they cost. */
function areContradictory(tokens: TokenCounts): boolean {
  const { input, output, cached, cache_write, cache_write_1h = 0, reasoning } = tokens;
  const { input_audio, output_audio, audio = 0 } = tokens;
  return (
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
function isAudioAmbiguous(rates: TokenRates, tokens: TokenCounts): boolean {
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
