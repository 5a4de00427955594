import { readFileSync } from 'node:fs';
import type { calcPrice, ModelPrice } from '@pydantic/genai-prices';
import type { SteppedRate, TokenRates } from './token-rates.js';

const dayMicros = 86_400_000_000;
const minuteMicros = 60_000_000;
/** The maximum number of cached models and days; finding one price takes a tenth of a millisecond. */
const mostRemembered = 10_000;

/** The prices of `@pydantic/genai-prices`: dated, and part of the package, so nothing is fetched. */
export interface GenaiRates {
  /** The name of its prices in the log: `genai-prices@VERSION`. */
  readonly source: string;
  /** The rates of a model at a time, in microseconds since 1970; undefined for an unknown one. */
  find(provider: string, model: string, at: number): TokenRates | undefined;
}

/** Loads the prices, which takes about 60 ms and 10 MB, so only code that writes events should do it. */
export async function loadGenaiRates(): Promise<GenaiRates> {
  const genai = await import('@pydantic/genai-prices');
  const remembered = new Map<string, TokenRates | null>();
  const hourly = new Set<string>();
  const find: GenaiRates['find'] = (provider, model, at) => {
    const name = `${provider}\n${model}`;
    const slot = hourly.has(name) ? at / minuteMicros : at / dayMicros;
    const key = `${Math.floor(slot)}\n${name}`;
    const known = remembered.get(key);
    if (known !== undefined) return known ?? undefined;
    const price = look(genai.calcPrice, provider, model, at);
    if (price?.varies && !hourly.has(name)) {
      hourly.add(name);
      return find(provider, model, at);
    }
    if (remembered.size >= mostRemembered) remembered.clear();
    remembered.set(key, price?.rates ?? null);
    return price?.rates;
  };
  return { source: `genai-prices@${readVersion('@pydantic/genai-prices')}`, find };
}

function readVersion(name: string): string {
  const manifest = new URL('../package.json', import.meta.resolve(name));
  const { version }: { version?: unknown } = JSON.parse(readFileSync(manifest, 'utf8'));
  if (typeof version === 'string') return version;
  throw new Error(`Expected a version of ${name}, got none.`);
}

function look(calc: typeof calcPrice, provider: string, model: string, at: number) {
  const found = calc({ input_tokens: 0, output_tokens: 0 }, model, {
    timestamp: new Date(at / 1000),
    ...(provider === '' ? {} : { providerId: provider }),
  });
  const rates = found === null ? undefined : readRates(found.model_price);
  if (found === null || rates === undefined) return undefined;
  const { prices } = found.model;
  // Some providers have lower prices at night.
  const varies =
    Array.isArray(prices) && prices.some(({ constraint }) => constraint?.type === 'time_of_date');
  return { rates, varies };
}

/** The rates of a price; undefined if it has none for tokens. */
function readRates(price: ModelPrice): TokenRates | undefined {
  const rate = (name: string): number | SteppedRate | undefined => {
    const value = price[name];
    if (value === undefined || typeof value === 'number') return value;
    const steps = value.tiers.map(({ start, price: next }) => ({ over: start, rate: next }));
    return { base: value.base, steps: steps.sort((a, b) => a.over - b.over) };
  };
  const [input, output] = [rate('input_mtok'), rate('output_mtok')];
  if (input === undefined && output === undefined) return undefined;
  const { requests_kcount: requests } = price;
  return {
    input: input ?? 0,
    output: output ?? 0,
    cached: rate('cache_read_mtok'),
    cache_write: rate('cache_write_mtok'),
    cache_write_1h: rate('cache_write_1h_mtok'),
    input_audio: rate('input_audio_mtok'),
    output_audio: rate('output_audio_mtok'),
    reasoning: rate('output_reasoning_mtok'),
    request: typeof requests === 'number' ? requests / 1_000 : undefined,
  };
}
