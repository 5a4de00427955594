import fc from 'fast-check';
import { parseEvent } from '#runfold/events/check/parse-event.js';
import type { MetricEvent } from '#runfold/events/metric-event.js';

const tokens = fc.oneof(fc.nat(5000), fc.constant(0), fc.constant(2_147_483_647));
const seconds = fc.integer({ min: 0, max: 100_000_000 }).map((micros) => micros / 1e6);
const dollars = fc.integer({ min: 0, max: 2_000_000_000 }).map((nanos) => nanos / 1e9);

const metrics = (sign: fc.Arbitrary<number>) =>
  fc.record(
    {
      input_tokens: fc.tuple(tokens, sign).map(([value, s]) => value * s),
      output_tokens: fc.tuple(tokens, sign).map(([value, s]) => (value > 1e6 ? 7 : value * s)),
      total_tokens: fc.tuple(tokens, sign).map(([value, s]) => value * s),
      cached_tokens: tokens,
      cache_write_1h_tokens: tokens,
      reasoning_tokens: tokens,
      time: fc.tuple(seconds, sign).map(([value, s]) => value * s),
      time_to_first_token: fc.oneof(seconds, fc.constant(0)),
      cost: fc.tuple(dollars, sign).map(([value, s]) => value * s),
    },
    { requiredKeys: ['total_tokens'] },
  );

/** A small domain, so that events collide: few sessions, runs and instants. */
const small = (name: string, count: number) => fc.nat(count - 1).map((at) => `${name}-${at}`);

const soon = fc
  .oneof(fc.integer({ min: 0, max: 5_000_000 }), fc.nat(3))
  .map((micros) => `2026-03-04T05:06:0${(micros / 1e6).toFixed(6)}Z`);
const labelText = fc
  .oneof(
    { weight: 4, arbitrary: small('value', 3) },
    { weight: 1, arbitrary: fc.string({ unit: 'binary', minLength: 1, maxLength: 200 }) },
  )
  // Characters that no string of an event may contain.
  .map((text) => text.replaceAll('\0', '\ufffd'));
const labelName = fc.oneof(
  { weight: 4, arbitrary: fc.constantFrom('customer', 'feature') },
  { weight: 1, arbitrary: fc.stringMatching(/^[a-z][a-z0-9_.-]{0,39}$/) },
);
/** Labels with few names and values, and sometimes any. */
const labels = fc
  .dictionary(labelName, labelText, { noNullPrototype: true, maxKeys: 16 })
  .filter((given) => Object.keys(given).length > 0);

const envelope = {
  run_id: small('run', 4),
  session_id: small('session', 3),
  sequence: fc.oneof(fc.nat(3), fc.constantFrom(9, 10, 99, 100, 2_147_483_647)),
  user_id: small('user', 2),
  labels,
  occurred_at: fc.oneof(
    { weight: 9, arbitrary: soon },
    // Near the time when microseconds since 1970 get another digit.
    {
      weight: 1,
      arbitrary: fc.constantFrom('2001-09-09T01:46:39.999999Z', '2001-09-09T01:46:40Z'),
    },
  ),
};

const own = fc.oneof(
  fc.record({
    type: fc.constant('message'),
    role: fc.constantFrom('assistant', 'assistant', 'user', 'system', 'tool'),
    model: small('model', 3),
    error: fc.constantFrom(undefined, undefined, false, true, 'rate limited'),
  }),
  fc.record({
    type: fc.constant('tool_call'),
    tool_name: small('tool', 3),
    error: fc.constantFrom(true, false, 'timed out'),
  }),
  fc.record(
    { type: fc.constant('run'), status: fc.constantFrom('completed', 'error', 'paused') },
    { requiredKeys: ['type'] },
  ),
);

const plain = fc
  .tuple(fc.record(envelope, { requiredKeys: ['run_id', 'session_id', 'occurred_at'] }), own)
  .chain(([one, other]) =>
    fc
      .option(metrics(fc.constant(1)), { nil: undefined })
      .map((figures) => ({ ...one, ...other, ...(figures ? { metrics: figures } : {}) })),
  );
const correction = fc
  .tuple(
    fc.record(envelope, { requiredKeys: ['run_id', 'session_id', 'occurred_at'] }),
    own,
    metrics(fc.constantFrom(1, -1)),
    fc.boolean(),
  )
  .map(([one, other, figures, isFirst]) => ({
    ...one,
    ...other,
    corrects: 'event-0',
    ...(isFirst && other.type === 'message' ? { pricing: 'first' } : {}),
    metrics: figures,
  }));

/** Random events with distinct ids, including corrections. */
export const arbitraryEvents: fc.Arbitrary<MetricEvent[]> = fc
  .array(fc.oneof({ weight: 9, arbitrary: plain }, { weight: 1, arbitrary: correction }), {
    minLength: 1,
    maxLength: 60,
  })
  .map((list) =>
    list.map((event, at) => {
      // An event that corrects itself is invalid.
      const other = at === 0 && 'corrects' in event ? { corrects: 'event-1' } : {};
      const parsed = parseEvent({ ...event, ...other, id: `event-${at}` });
      if (!parsed.ok) throw new Error(JSON.stringify(parsed.faults));
      return parsed.event;
    }),
  );
