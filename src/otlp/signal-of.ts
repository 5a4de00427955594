import { eachMessage, readTag, skipField, type Wire, wireTypes } from './decode/wire-reader.js';
import type { OtlpEncoding } from './read-body.js';

/** The signal of a body. */
export type OtlpSignal = 'traces' | 'logs' | 'metrics';

const signals = { Spans: 'traces', Logs: 'logs', Metrics: 'metrics' } as const;

/**
 * The signal of a body, derived from its content; undefined if it is empty or not OTLP.
 * @throws MalformedBodyError
 */
export function signalOf(bytes: Buffer, encoding: OtlpEncoding): OtlpSignal | undefined {
  if (encoding === 'protobuf') return protobufSignal(bytes);
  const [, name] = /"resource(Spans|Logs|Metrics)"\s*:/.exec(bytes.toString('latin1')) ?? [];
  return name === undefined ? undefined : signals[name as keyof typeof signals];
}

/**
 * The three requests have the same structure, down to their items. A span has its start and end in
 * fields 7 and 8 of eight bytes, a record has its times in fields 1 and 11, and a metric has none of them.
 */
function protobufSignal(bytes: Buffer): OtlpSignal | undefined {
  const wire: Wire = { bytes, at: 0 };
  let found: OtlpSignal | undefined;
  const items: [number, number][] = [];
  const below = (field: number, from: number, end: number, take: (a: number, b: number) => void) =>
    items.length === 0 ? eachMessage(wire, from, end, field, take) : undefined;
  below(1, 0, bytes.length, (group, groupEnd) =>
    below(2, group, groupEnd, (scoped, scopedEnd) =>
      below(2, scoped, scopedEnd, (from, end) => void items.push([from, end])),
    ),
  );
  const [first] = items;
  if (first === undefined) return undefined;
  const [from, end] = first;
  found = 'metrics';
  wire.at = from;
  while (wire.at < end) {
    const tag = readTag(wire, end);
    const field = tag >>> 3;
    if ((tag & 7) === wireTypes.fixed64) {
      if (field === 7 || field === 8) found = 'traces';
      if (field === 1 || field === 11) found = 'logs';
    }
    skipField(wire, end, tag);
  }
  return found;
}
