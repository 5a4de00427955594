import { describeFault, InvalidEventError } from '../../events/fault.js';
import type { MetricEventInput } from '../../events/metric-event.js';
import type { Producer } from '../../ingest/producer.js';
import { BufferFullError } from '../../ingest/producer-errors.js';
import { flushEvents } from '../actions/flush-events.js';
import type { ReadLine } from './event-lines.js';
import type { InputLine } from './input-lines.js';

/** Counts of an input while it is being sent. */
export interface SendCounts {
  /** Lines read, without empty ones. */
  lines: number;
  /** Events found in them. */
  events: number;
  /** Events that the producer accepted. */
  sent: number;
  /** Lines that were refused, at least in part. */
  invalid: number;
}

/** Options of sending. */
export interface SendOptions {
  readonly producer: Producer;
  readonly readLine: ReadLine;
  readonly signal: AbortSignal;
  /** Stops at the first line that is not a valid event. */
  readonly isStrict: boolean;
  /** Called for each fault with the number of the line, and field, expected and got. */
  readonly onFault: (line: number, text: string) => void;
  /** Called after each chunk; sending continues when it resolves. */
  readonly onChunk: (counts: SendCounts) => Promise<void>;
}

/** Gives every event of the lines to the producer, and waits whenever its buffer is full. */
export async function sendLines(
  chunks: AsyncIterable<readonly InputLine[]>,
  options: SendOptions,
): Promise<SendCounts> {
  const counts: SendCounts = { lines: 0, events: 0, sent: 0, invalid: 0 };
  for await (const lines of chunks) {
    for (const line of lines) {
      if (options.signal.aborted) return counts;
      counts.lines += 1;
      const isGood = await sendLine(line, counts, options);
      if (isGood) continue;
      counts.invalid += 1;
      if (options.isStrict) return counts;
    }
    await options.onChunk(counts);
  }
  return counts;
}

async function sendLine(
  line: InputLine,
  counts: SendCounts,
  options: SendOptions,
): Promise<boolean> {
  if (line.text === undefined) {
    const { expected, got } = line.fault ?? { expected: 'a line', got: 'none' };
    options.onFault(line.number, `line: expected ${expected}, got ${got}`);
    return false;
  }
  let isGood = true;
  const refuse = (error: unknown) => {
    if (!(error instanceof InvalidEventError)) throw error;
    isGood = false;
    for (const fault of error.faults) options.onFault(line.number, describeFault(fault));
  };
  let events: readonly MetricEventInput[] = [];
  try {
    events = options.readLine(line.text);
  } catch (error) {
    refuse(error);
  }
  for (const event of events) {
    counts.events += 1;
    try {
      await emit(options.producer, event, options.signal);
      counts.sent += 1;
    } catch (error) {
      refuse(error);
    }
  }
  return isGood;
}

/** Gives an event to the producer as soon as its buffer has room. @throws InvalidEventError, QueueUnavailableError */
export async function emit(
  producer: Producer,
  event: MetricEventInput,
  signal: AbortSignal,
): Promise<void> {
  for (;;) {
    try {
      producer.emit(event);
      return;
    } catch (error) {
      if (!(error instanceof BufferFullError)) throw error;
      await flushEvents(producer, signal);
    }
  }
}
