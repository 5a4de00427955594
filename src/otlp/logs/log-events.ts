import { nameBasedUuid } from '../../events/event-id.js';
import { maxDollars, maxSeconds, maxTokens } from '../../events/limits.js';
import { asMetricEvent, type MetricEvent } from '../../events/metric-event.js';
import type { Metrics } from '../../events/metric-fields.js';
import { formatTimestamp, parseTimestamp } from '../../events/timestamp.js';
import type { Attributes } from '../decode/attributes.js';
import type { ItemFault, RawRecord } from '../decode/otlp-item.js';
import { cleanId, cleanName, cleanNumber, cleanTokens } from '../spans/read-sources.js';
import { timeFaultOf } from '../spans/reduce-span.js';
import { claudeCodeService, logKeys } from '../tables/log-records.js';
import { type NumberedRule, rulesByName } from './log-rule-keys.js';

/** The result of a log record. */
export type ReadRecord =
  | { readonly event: MetricEvent }
  | { readonly fault: ItemFault }
  /** Ignored, such as a record of an application itself. */
  | { readonly ignored: true };

const ignored = { ignored: true } as const;

/**
 * Reads the records of one request. A record's own attributes name its session and run. Records with equal
 * values are numbered, so that sending a request again gives the same ids.
 */
export function createRecordReader(nowUs: number): (record: RawRecord) => ReadRecord {
  const alike = new Map<string, number>();
  return (record) => {
    if (record.fault !== undefined) return { fault: record.fault };
    const numbered = ruleOf(record);
    if (numbered === undefined || !isWanted(numbered, record)) return ignored;
    const micros = timeOf(record);
    const fault = timeFaultOf('timeUnixNano', micros, nowUs, 0);
    if (fault !== undefined) return { fault };
    const { rule, emitter, known, keysOf } = numbered;
    const { attributes } = record;
    const idOf = (names: readonly string[]) =>
      first(attributes, keysOf(names), cleanId) ?? first(record.resource, keysOf(names), cleanId);
    const session = idOf(emitter.session);
    const run = idOf(emitter.run) ?? session;
    if (run === undefined) {
      return { fault: { field: 'attributes', expected: 'a session or run', got: 'neither' } };
    }
    const content = JSON.stringify([
      rule.name,
      micros,
      attributes.get(logKeys.sequence) ?? null,
      ...known.map((key) => attributes.get(key) ?? null),
    ]);
    const n = alike.get(content) ?? 0;
    alike.set(content, n + 1);
    const user = idOf(emitter.user);
    return {
      event: asMetricEvent({
        ...eventOf(numbered, record),
        id: nameBasedUuid(`otlp log ${content.slice(0, -1)},${n}]`),
        run_id: run,
        session_id: session ?? run,
        occurred_at: formatTimestamp(micros),
        agent_id: emitter.agent,
        agent_name: emitter.agent,
        ...(user === undefined ? {} : { user_id: user }),
      }),
    };
  };
}

/** A record is identified by its event name; Claude Code's may lack the prefix. */
function ruleOf({ eventName, body, service, attributes }: RawRecord): NumberedRule | undefined {
  const name = attributes.get(logKeys.name);
  const names = [eventName, name, body];
  if (service === claudeCodeService || body !== '') names.push(`claude_code.${name}`);
  for (const one of names) {
    const rule = typeof one === 'string' ? rulesByName.get(one) : undefined;
    if (rule !== undefined) return rule;
  }
  return undefined;
}

function isWanted({ rule, keysOf }: NumberedRule, { attributes }: RawRecord): boolean {
  if (rule.onlyWith === undefined) return true;
  const has = (key: number) => {
    const value = attributes.get(key);
    return value !== undefined && value !== '';
  };
  return keysOf(rule.onlyWith).some(has) || statusOf(rule.status, keysOf, attributes) >= 400;
}

function statusOf(
  names: readonly string[] | undefined,
  keysOf: NumberedRule['keysOf'],
  attributes: RawRecord['attributes'],
): number {
  for (const key of keysOf(names)) {
    const status = cleanNumber(attributes.get(key));
    if (status !== undefined) return status;
  }
  return 0;
}

/** Codex leaves the time of a record at 0 and sends it as an attribute. */
function timeOf({ attributes, timeUs, observedUs }: RawRecord): number {
  const text = attributes.get(logKeys.timestamp);
  const micros = typeof text === 'string' ? parseTimestamp(text) : undefined;
  return micros ?? (timeUs === 0 ? observedUs : timeUs);
}

function first<T>(
  attributes: Attributes,
  keys: readonly number[],
  take: (value: unknown) => T | undefined,
): T | undefined {
  for (const key of keys) {
    const found = take(attributes.get(key));
    if (found !== undefined) return found;
  }
  return undefined;
}

function eventOf(numbered: NumberedRule, record: RawRecord): Record<string, unknown> {
  const { rule, emitter, keysOf } = numbered;
  const { attributes } = record;
  if (rule.event === 'prompt') return { type: 'message', role: 'user' };
  const metrics = metricsOf(numbered, record);
  if (rule.event === 'tool call') {
    const id = first(attributes, keysOf(rule.toolCallId), cleanId);
    const success = first(attributes, keysOf(rule.success), (value) => value);
    const hasFailed =
      success === false || success === 0 || String(success).toLowerCase() === 'false';
    const error = first(attributes, keysOf(rule.errorType), cleanName) ?? true;
    return {
      type: 'tool_call',
      tool_name: first(attributes, keysOf(rule.tool), cleanName) ?? 'unknown',
      ...(id === undefined ? {} : { tool_call_id: id }),
      ...(hasFailed ? { error } : {}),
      metrics,
    };
  }
  const model = first(attributes, keysOf(rule.model), cleanName);
  const status = statusOf(rule.status, keysOf, attributes);
  const error =
    rule.event === 'answer'
      ? undefined
      : (first(attributes, keysOf(rule.errorType), cleanName) ??
        (status >= 400 ? `http ${status}` : true));
  return {
    type: 'message',
    role: 'assistant',
    ...(model === undefined ? {} : { model }),
    ...(emitter.provider === undefined ? {} : { provider: emitter.provider }),
    ...(metrics.cost === undefined ? {} : { cost_source: 'reported' }),
    ...(error === undefined ? {} : { error }),
    metrics,
  };
}

function metricsOf({ rule, keysOf }: NumberedRule, { attributes }: RawRecord): Metrics {
  const tokens = (names: readonly string[] | string | undefined) =>
    first(attributes, keysOf(names), cleanTokens);
  /** The first one is required; the others are added to it. */
  const sum = (names: readonly string[] | undefined) => {
    const [main, ...others] = names ?? [];
    const base = main === undefined ? undefined : tokens(main);
    return base === undefined
      ? undefined
      : others.reduce((total, name) => total + (tokens(name) ?? 0), base);
  };
  const seconds = (names: readonly string[] | string | undefined) => {
    const ms = first(attributes, keysOf(names), cleanNumber);
    return ms === undefined || ms / 1000 > maxSeconds ? undefined : ms / 1000;
  };
  const cost = first(attributes, keysOf(rule.cost), cleanNumber);
  const input = sum(rule.input);
  const reasoning = tokens(rule.reasoning);
  const written = sum(rule.output);
  const isBeside =
    (reasoning ?? 0) > 0 && tokens(rule.total) === (input ?? 0) + (written ?? 0) + (reasoning ?? 0);
  const output = written === undefined || !isBeside ? written : written + (reasoning ?? 0);
  const isCount = (input ?? 0) + (output ?? 0) <= maxTokens;
  const figures = {
    ...(isCount
      ? {
          input_tokens: input,
          output_tokens: output,
          cached_tokens: tokens(rule.cached),
          cache_write_tokens: tokens(rule.cacheWrite),
          reasoning_tokens: reasoning,
        }
      : {}),
    time: seconds(rule.duration),
    time_to_first_token: seconds(rule.firstToken),
    cost: cost === undefined || cost > maxDollars ? undefined : cost,
  };
  return Object.fromEntries(
    Object.entries(figures).filter(([, value]) => value !== undefined),
  ) as Metrics;
}
