import { gzipSync } from 'node:zlib';
import { encodeOtlp } from '../../harness/otlp/encode.js';

/** A body to send. */
export interface MutatedBody {
  readonly path: '/v1/traces' | '/v1/logs';
  readonly encoding: 'json' | 'protobuf';
  readonly bytes: Buffer;
  readonly gzip: boolean;
  /** How it was changed. */
  readonly how: string;
}

type Random = () => number;
type Json = Record<string, unknown>;

const below = (random: Random, end: number) => Math.floor(random() * end);
const pick = <T>(random: Random, list: readonly T[]): T => list[below(random, list.length)] as T;
const hex = (random: Random, digits: number) =>
  Array.from({ length: digits }, () => below(random, 16).toString(16)).join('');

const attribute = (key: string, value: string | number) => ({
  key,
  value: typeof value === 'number' ? { intValue: value } : { stringValue: value },
});

/** A trace of an agent's run: its spans in any order, some of them without the root. */
export function traceBody(random: Random, nowMs: number): Json {
  const traceId = hex(random, 32);
  const ids = Array.from({ length: 2 + below(random, 5) }, () => hex(random, 16));
  const end = (at: number) => `${nowMs - 60_000 + at * 100}000000`;
  const spans = ids.map((spanId, at) => ({
    traceId,
    spanId,
    ...(at === 0 ? {} : { parentSpanId: ids[below(random, at)] }),
    name: 'span',
    kind: 3,
    startTimeUnixNano: end(at - 5),
    endTimeUnixNano: end(at),
    attributes:
      at === 0
        ? [attribute('gen_ai.operation.name', 'invoke_agent'), attribute('session.id', traceId)]
        : [
            attribute('gen_ai.operation.name', pick(random, ['chat', 'chat', 'execute_tool', 'x'])),
            attribute('gen_ai.request.model', 'fuzzed-model'),
            attribute('gen_ai.usage.input_tokens', below(random, 10_000)),
            attribute('gen_ai.usage.output_tokens', below(random, 1_000)),
            attribute('gen_ai.input.messages', 'x'.repeat(below(random, 300))),
          ],
  }));
  const sent = random() < 0.2 ? spans.slice(1) : spans;
  return { resourceSpans: [{ resource: {}, scopeSpans: [{ scope: { name: 'f' }, spans: sent }] }] };
}

/** Log records of a coding agent. */
export function logBody(random: Random, nowMs: number): Json {
  const session = hex(random, 32);
  const logRecords = Array.from({ length: 1 + below(random, 4) }, (_, at) => ({
    timeUnixNano: `${nowMs - 60_000 + at * 100}000000`,
    eventName: pick(random, ['claude_code.api_request', 'claude_code.tool_result', 'other']),
    attributes: [
      attribute('session.id', session),
      attribute('event.sequence', at),
      attribute('model', 'fuzzed-model'),
      attribute('tool_name', 'search'),
      attribute('input_tokens', below(random, 1_000)),
      attribute('output_tokens', String(below(random, 1_000))),
    ],
  }));
  return { resourceLogs: [{ resource: {}, scopeLogs: [{ scope: {}, logRecords }] }] };
}

const oddValues: readonly unknown[] = [
  null,
  true,
  '',
  '\0',
  '\ud800',
  'x'.repeat(70_000),
  -1,
  0.5,
  1e300,
  2 ** 53,
  '9'.repeat(400),
  '-9223372036854775808',
  [],
  [[]],
  {},
  { __proto__: null, constructor: 1 },
  '0'.repeat(32),
  'g'.repeat(32),
  { intValue: '9'.repeat(30) },
  { doubleValue: 'NaN' },
  { arrayValue: { values: 7 } },
  { kvlistValue: { values: [{}] } },
];

/** A separate copy of an odd value, because a later change of the body may change this value. */
const odd = (random: Random): unknown => structuredClone(pick(random, oddValues));

/** Every object and list in a value, so that one of their fields can be changed. */
function holders(value: unknown, found: (Json | unknown[])[] = []): (Json | unknown[])[] {
  if (typeof value !== 'object' || value === null) return found;
  found.push(value as Json);
  for (const inner of Object.values(value)) holders(inner, found);
  return found;
}

function changeOne(random: Random, body: Json): void {
  const holder = pick(random, holders(body));
  const names = Object.keys(holder);
  const name = names.length === 0 ? 'x' : pick(random, names);
  const how = below(random, 4);
  if (Array.isArray(holder)) {
    if (how === 0) holder.push(odd(random));
    else if (how === 1) holder.splice(Number(name) || 0, 1);
    else holder[Number(name) || 0] = odd(random);
  } else if (how === 0) delete holder[name];
  else if (how === 1) holder[`odd${below(random, 9)}`] = odd(random);
  else holder[name] = odd(random);
}

/** An attribute value of lists nested to a number of levels. */
function deepValue(levels: number): Json {
  let value: Json = { intValue: 1 };
  for (let at = 0; at < levels; at++) {
    value =
      at % 2 === 0
        ? { arrayValue: { values: [value] } }
        : { kvlistValue: { values: [{ key: 'k', value }] } };
  }
  return value;
}

function addToFirst(body: Json, attributes: readonly unknown[]): void {
  const spans = holders(body).filter((one) => Array.isArray((one as Json).attributes)) as Json[];
  (spans[0]?.attributes as unknown[] | undefined)?.push(...attributes);
}

/** A change of the bytes of protobuf. */
function changeBytes(random: Random, bytes: Buffer): Buffer {
  const at = below(random, bytes.length + 1);
  switch (below(random, 6)) {
    case 0:
      return bytes.subarray(0, at);
    case 1: {
      const copy = Buffer.from(bytes);
      for (let flips = 1 + below(random, 4); flips > 0; flips--) {
        copy[below(random, copy.length)] = below(random, 256);
      }
      return copy;
    }
    case 2:
      return Buffer.concat([
        bytes.subarray(0, at),
        Buffer.from(hex(random, 2 * (1 + below(random, 12))), 'hex'),
        bytes.subarray(at),
      ]);
    case 3: {
      // Another wire type, whatever is there.
      const copy = Buffer.from(bytes);
      const place = below(random, copy.length);
      copy[place] = ((copy[place] as number) & 0xf8) | below(random, 8);
      return copy;
    }
    case 4:
      // A length, or a number, of ten bytes or more.
      return Buffer.concat([
        bytes.subarray(0, at),
        Buffer.alloc(1 + below(random, 12), 0xff),
        bytes.subarray(at),
      ]);
    default:
      return Buffer.concat([bytes, bytes.subarray(at)]);
  }
}

/** A body, valid or changed in some way. */
export function mutatedBody(random: Random, nowMs: number): MutatedBody {
  const path = random() < 0.7 ? '/v1/traces' : '/v1/logs';
  const encoding = random() < 0.5 ? 'json' : 'protobuf';
  const gzip = random() < 0.1;
  const body = path === '/v1/traces' ? traceBody(random, nowMs) : logBody(random, nowMs);
  const made = (how: string, bytes?: Buffer): MutatedBody => ({
    path,
    encoding,
    gzip,
    how,
    bytes: bytes ?? (encoding === 'json' ? Buffer.from(JSON.stringify(body)) : encodeOtlp(body)),
  });
  const kind = random();
  if (kind < 0.25) return made('whole');
  if (kind < 0.27) {
    addToFirst(body, [{ key: 'deep', value: deepValue(1 + below(random, 300)) }]);
    if (encoding === 'protobuf') return made('deep');
    const levels = below(random, 100_000);
    const deep = `"resource":{"deep":${'['.repeat(levels)}${']'.repeat(levels)}}`;
    return made('deep', Buffer.from(JSON.stringify(body).replace('"resource":{}', deep)));
  }
  if (kind < 0.275) {
    const many = Array.from({ length: 20_000 }, (_, at) => attribute(`key.${at}`, at));
    addToFirst(body, many);
    return made('20,000 attributes');
  }
  if (encoding === 'protobuf') {
    let bytes = encodeOtlp(body);
    for (let times = 1 + below(random, 3); times > 0; times--) bytes = changeBytes(random, bytes);
    return made('other bytes', bytes);
  }
  if (kind < 0.4) {
    const text = JSON.stringify(body);
    return made('cut off', Buffer.from(text.slice(0, below(random, text.length))));
  }
  for (let times = 1 + below(random, 3); times > 0; times--) changeOne(random, body);
  return made('other fields');
}

/** A few bytes that expand to a gigabyte, or to a million levels. */
export const bombs: readonly Omit<MutatedBody, 'path'>[] = [
  {
    encoding: 'json',
    gzip: false,
    how: 'levels',
    bytes: gzipSync(Buffer.alloc(8 * 2 ** 20, '[')),
  },
  {
    encoding: 'json',
    gzip: false,
    how: 'spaces',
    bytes: gzipSync(Buffer.alloc(33 * 2 ** 20, ' ')),
  },
  {
    encoding: 'protobuf',
    gzip: false,
    how: 'zeros',
    bytes: gzipSync(Buffer.alloc(65 * 2 ** 20, 0)),
  },
  {
    encoding: 'protobuf',
    gzip: false,
    how: 'groups',
    bytes: gzipSync(Buffer.alloc(2 ** 20, 0x0b)),
  },
];
