import { earliestMicros, futureToleranceMicros } from '../../events/timestamp.js';
import type { ItemFault, RawSpan } from '../decode/otlp-item.js';
import { spanKinds } from '../tables/span-kinds.js';
import { type ErrorOptions, eventOf } from './span-event.js';
import { type SpanItem, spanFlags } from './span-item.js';
import { isDropped, kindOf } from './span-kind.js';
import { namesOf } from './span-names.js';

/** Settings for accepting spans. */
export interface ReduceOptions extends ErrorOptions {
  /** The current time, in microseconds. */
  readonly nowUs: number;
  /** Spans that ended more days ago are refused; 0 for no limit. */
  readonly mostDays: number;
}

/** The outcome of a received span. */
export type ReducedSpan =
  | { readonly item: SpanItem }
  | { readonly fault: ItemFault }
  /** Reported elsewhere, or unfinished: not even kept for the chain. */
  | { readonly ignored: true };

const ignored = { ignored: true } as const;
const zeros = /^0+$/;
/** Both bits: it is known whether the parent is in another process, and it is. */
const remoteBits = 0x300;

/** Reduces a span to the data for its event and its place. None of its content remains. */
export function reduceSpan(span: RawSpan, options: ReduceOptions): ReducedSpan {
  const fault = span.fault ?? faultOf(span, options);
  if (fault !== undefined) return { fault };
  if (isDropped(span)) return ignored;
  if (zeros.test(span.parentId)) span.parentId = '';
  const kind = kindOf(span);
  const event = eventOf(span, kind, options);
  const isMetered =
    event?.metrics?.input_tokens !== undefined || event?.metrics?.output_tokens !== undefined;
  const own = namesOf(span, kind);
  const { traceId: trace, spanId, parentId } = span;
  return {
    item: {
      trace,
      span: spanId,
      ...(parentId === '' ? {} : { parent: parentId }),
      kind: spanKinds[kind.kind],
      flags:
        ((span.flags & remoteBits) === remoteBits ? spanFlags.remote : 0) |
        (isMetered ? spanFlags.metered : 0),
      ...(own === undefined ? {} : { own }),
      ...(event === undefined ? {} : { event }),
    },
  };
}

function faultOf(span: RawSpan, { nowUs, mostDays }: ReduceOptions): ItemFault | undefined {
  const { traceId, spanId, endUs } = span;
  if (traceId === '') return { field: 'traceId', expected: '16 bytes', got: 'nothing' };
  if (zeros.test(traceId)) return { field: 'traceId', expected: '16 bytes', got: 'zeros' };
  if (spanId === '') return { field: 'spanId', expected: '8 bytes', got: 'nothing' };
  if (zeros.test(spanId)) return { field: 'spanId', expected: '8 bytes', got: 'zeros' };
  return timeFaultOf('endTimeUnixNano', endUs, nowUs, mostDays);
}

/** The fault of a required time. */
export function timeFaultOf(
  field: string,
  micros: number,
  nowUs: number,
  mostDays: number,
): ItemFault | undefined {
  if (micros === 0) return { field, expected: 'a time', got: 'nothing' };
  if (micros < earliestMicros) {
    return { field, expected: 'a time from the year 2000 on', got: 'an earlier one' };
  }
  if (micros > nowUs + futureToleranceMicros) {
    return { field, expected: 'a time at most a day ahead of the clock', got: 'a later one' };
  }
  if (mostDays > 0 && micros < nowUs - mostDays * 86_400_000_000) {
    return { field, expected: `a time within the last ${mostDays} days`, got: 'an earlier one' };
  }
  return undefined;
}
