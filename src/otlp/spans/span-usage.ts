import { maxTokens } from '../../events/limits.js';
import type { RawSpan } from '../decode/otlp-item.js';
import { keys } from '../tables/attribute-keys.js';
import { langfuseTokenSources, tokenSources } from '../tables/figure-keys.js';
import { totalsWithReasoning } from '../tables/token-rules.js';
import { excludesCache, excludesReasoning } from './excluded-tokens.js';
import { langfuseSums } from './langfuse-usage.js';
import { cleanTokens, type Places, placesOf, readTokens } from './read-sources.js';

/** Tokens with Runfold's meaning: input includes tokens read from and written to a cache, output includes reasoning. */
export interface Usage {
  readonly input_tokens?: number;
  readonly output_tokens?: number;
  readonly cached_tokens?: number;
  readonly cache_write_tokens?: number;
  readonly reasoning_tokens?: number;
  readonly input_audio_tokens?: number;
  readonly output_audio_tokens?: number;
}

/** Tokens as they were reported. */
export type ReportedTokens = { -readonly [N in keyof typeof tokenSources]?: number | undefined };

type TokenPlaces = Readonly<Record<keyof typeof tokenSources, Places>>;
const numbered = (sources: Readonly<Record<string, readonly never[] | readonly unknown[]>>) =>
  Object.fromEntries(
    Object.entries(sources).map(([name, list]) => [name, placesOf(list as never)]),
  ) as unknown as TokenPlaces;
const places = numbered(tokenSources);
const langfusePlaces = numbered(langfuseTokenSources);
const fields = Object.keys(tokenSources) as (keyof typeof tokenSources)[];

/** The usage of a call; empty if the span has none. */
export function usageOf(span: RawSpan, model: string | undefined): Usage {
  const { attributes } = span;
  const raw = span.scope === 'ai' ? anthropicUsage(span) : undefined;
  if (raw !== undefined) return asUsage({ ...tokensAt(span, places), ...raw }, true, false);
  let tokens = tokensAt(span, places);
  let isLangfuse = false;
  if (tokens.input === undefined && tokens.output === undefined) {
    const own = tokensAt(span, langfusePlaces);
    const sums = langfuseSums(span);
    if (sums !== undefined) return asUsage({ ...own, ...sums }, false, false);
    isLangfuse = own.input !== undefined || own.output !== undefined;
    if (isLangfuse) tokens = own;
  }
  const names = [model, attributes.get(keys.llmProvider)];
  const reported = withHiddenReasoning(tokens, model);
  return readUsage(reported, {
    inputWithoutCache:
      excludesCache(span, names) ||
      (isLangfuse &&
        (tokens.total === undefined ||
          tokens.total !== (tokens.input ?? 0) + (tokens.output ?? 0))),
    outputWithoutReasoning: excludesReasoning(span),
  });
}

/** Adds to the output what only the total has, for models whose reasoning some emitters do not report. */
function withHiddenReasoning(tokens: ReportedTokens, model: string | undefined): ReportedTokens {
  const { input, output, total, reasoning, cached, cache_write } = tokens;
  if (total === undefined || input === undefined || output === undefined) return tokens;
  const hidden = total - input - output;
  const isKnown = [reasoning, cached, (cached ?? 0) + (cache_write ?? 0)].includes(hidden);
  const name = model?.toLowerCase() ?? '';
  const isHidden =
    hidden > 0 &&
    (reasoning ?? 0) === 0 &&
    !isKnown &&
    totalsWithReasoning.some((part) => name.includes(part));
  return isHidden ? { ...tokens, output: output + hidden } : tokens;
}

/**
 * Converts reported tokens to one meaning. What the figures themselves prove or contradict has priority over
 * what is known about the emitter.
 */
export function readUsage(
  tokens: ReportedTokens,
  emitter: { readonly inputWithoutCache: boolean; readonly outputWithoutReasoning: boolean },
): Usage {
  const { input = 0, output = 0, total, reasoning = 0 } = tokens;
  const cache = (tokens.cached ?? 0) + (tokens.cache_write ?? 0);
  const isTotal = (sum: number) => total === sum;
  const isBoth = cache > 0 && reasoning > 0 && isTotal(input + output + cache + reasoning);
  const lacksCache = cache > 0 && (cache > input || isTotal(input + output + cache) || isBoth);
  const lacksReasoning =
    reasoning > 0 &&
    (reasoning > output ||
      isBoth ||
      // The same difference can prove only one thing.
      (!lacksCache && isTotal(input + output + reasoning)));
  return asUsage(
    tokens,
    lacksCache || (emitter.inputWithoutCache && cache > 0),
    lacksReasoning || (emitter.outputWithoutReasoning && reasoning > 0 && !isTotal(input + output)),
  );
}

function asUsage(tokens: ReportedTokens, addsCache: boolean, addsReasoning: boolean): Usage {
  const { input, output, cached, cache_write, reasoning, input_audio, output_audio } = tokens;
  const input_tokens =
    input === undefined || !addsCache ? input : input + (cached ?? 0) + (cache_write ?? 0);
  const output_tokens = output === undefined || !addsReasoning ? output : output + (reasoning ?? 0);
  // An impossible token count is dropped, with its parts.
  if ((input_tokens ?? 0) + (output_tokens ?? 0) > maxTokens) return {};
  return {
    ...(input_tokens === undefined ? {} : { input_tokens }),
    ...(output_tokens === undefined ? {} : { output_tokens }),
    ...(cached === undefined ? {} : { cached_tokens: cached }),
    ...(cache_write === undefined ? {} : { cache_write_tokens: cache_write }),
    ...(reasoning === undefined ? {} : { reasoning_tokens: reasoning }),
    ...(input_audio === undefined ? {} : { input_audio_tokens: input_audio }),
    ...(output_audio === undefined ? {} : { output_audio_tokens: output_audio }),
  };
}

function tokensAt({ attributes }: RawSpan, from: TokenPlaces): ReportedTokens {
  const tokens: ReportedTokens = {};
  for (const field of fields) {
    const found = readTokens(attributes, from[field]);
    if (found !== undefined) tokens[field] = found;
  }
  return tokens;
}

/** Anthropic's own usage, as AI SDK 4 to 6 pass it on: input without the cache. */
function anthropicUsage({ attributes }: RawSpan): ReportedTokens | undefined {
  const metadata = attributes.json(keys.providerMetadata)?.anthropic;
  const usage = isObject(metadata) && isObject(metadata.usage) ? metadata.usage : undefined;
  const input = cleanTokens(usage?.input_tokens);
  if (input === undefined) return undefined;
  return {
    input,
    cached: cleanTokens(usage?.cache_read_input_tokens),
    cache_write: cleanTokens(usage?.cache_creation_input_tokens),
  };
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null;
}
