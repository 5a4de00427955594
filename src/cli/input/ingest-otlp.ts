import { describeFault, InvalidEventError } from '../../events/fault.js';
import type { MetricEvent } from '../../events/metric-event.js';
import { defaultLimits } from '../../http/service/http-limits.js';
import { createSpanSender, type SpanSender } from '../../http/service/span-sender.js';
import { QueueUnavailableError } from '../../ingest/producer-errors.js';
import { parseOtlpJson } from '../../otlp/decode/read-json.js';
import { MalformedBodyError } from '../../otlp/decode/wire-reader.js';
import { type BodyItem, countPoints, readRecords, readSpans } from '../../otlp/read-body.js';
import { signalOf } from '../../otlp/signal-of.js';
import type { SpanItem } from '../../otlp/spans/span-item.js';
import { finishWork, flushEvents } from '../actions/flush-events.js';
import { waitForRoom } from '../actions/queue-progress.js';
import type { CommandContext } from '../command/command.js';
import { duration, plural } from '../output/format.js';
import { printable } from '../output/printable.js';
import { openProgress } from '../output/progress.js';
import type { OtlpSummary } from '../reports/otlp-summary.js';
import type { IngestOptions } from './ingest-input.js';
import { countOccurrences, type Occurrences } from './occurrences.js';
import { bytesOf, foldAll, type OpenIngest, withIngest } from './open-ingest.js';
import { type InputBody, otlpBodies } from './otlp-bodies.js';
import { emit } from './send-lines.js';
import { settleSeen } from './settle-seen.js';

type Options = Omit<IngestOptions, 'readLine'>;
type Counts = { -readonly [N in keyof OtlpSummary]: OtlpSummary[N] };

/** How long the queue may take to accept the spans of one request, in milliseconds. */
const queueTimeout = 30_000;

/** Sends the export requests of an input as the HTTP service would, and settles waiting spans at its end. */
export function ingestOtlp(context: CommandContext, options: Options): Promise<OtlpSummary> {
  return withIngest(context, options, async (opened) => {
    const { log } = context;
    const spans = createSpanSender({
      queue: opened.runfold.tier.queue,
      limits: { ...defaultLimits, queue_timeout_ms: queueTimeout },
      onError: (error) => log.debug({ err: error }, 'queue'),
    });
    try {
      return await send(context, options, opened, spans);
    } finally {
      await spans.close();
    }
  });
}

async function send(
  context: CommandContext,
  options: Options,
  { runfold, queue, wait, input }: OpenIngest,
  sender: SpanSender,
): Promise<OtlpSummary> {
  const { terminal, settings } = context;
  const { signal } = options;
  const { producer, worker } = runfold;
  const progress = openProgress(terminal);
  const started = performance.now();
  const seconds = () => (performance.now() - started) / 1000;
  const traces = countOccurrences();
  const counts: Counts = {
    requests: 0,
    invalid_requests: 0,
    spans: 0,
    log_records: 0,
    ignored: 0,
    invalid_items: 0,
    metric_points: 0,
    folded: false,
    interrupted: false,
    seconds: 0,
  };
  let bytes = 0;
  let faults = 0;
  const onFault = (number: number, text: string) => {
    faults += 1;
    if (faults <= options.faults) terminal.note(printable(`${input.name}:${number}: ${text}`));
    else if (faults === options.faults + 1)
      terminal.note('Further faults are counted but not shown.');
  };
  const reduce = {
    nowUs: Date.now() * 1000,
    // A span that may have been forgotten is never accepted again.
    mostDays: settings.otlp_keep_days === 0 ? 0 : Math.max(1, settings.otlp_keep_days - 1),
    keepsErrorText: settings.otlp_error_text,
  };
  const refuse = (number: number, name: string, index: number, text: string) => {
    counts.invalid_items += 1;
    onFault(number, `${name} ${index}: ${text}`);
  };
  const itemsOf = <T>(number: number, name: string, found: Iterable<BodyItem<T>>): T[] => {
    const items: T[] = [];
    let index = 0;
    for (const one of found) {
      if ('item' in one) items.push(one.item);
      else if ('ignored' in one) counts.ignored += 1;
      else refuse(number, name, index, describeFault(one.fault));
      index += 1;
    }
    return items;
  };

  const take = async (body: Extract<InputBody, { bytes: Buffer }>) => {
    const { number, bytes: raw, encoding } = body;
    const kind = signalOf(raw, encoding);
    if (kind === 'traces') {
      const items = itemsOf(number, 'span', readSpans(raw, encoding, reduce));
      await finishWork(
        sender.send(settings.project, items),
        signal,
        (ms) => new QueueUnavailableError(items.length, ms, undefined),
      );
      noteTraces(traces, items);
      counts.spans += items.length;
    } else if (kind === 'logs') {
      const events = itemsOf(number, 'record', readRecords(raw, encoding, reduce));
      for (const [index, event] of events.entries()) {
        if (await sendEvent(event, (text) => refuse(number, 'record', index, text)))
          counts.log_records += 1;
      }
    } else if (kind === 'metrics') {
      counts.metric_points += countPoints(raw, encoding);
    } else if (encoding === 'json' && Object.keys(parseOtlpJson(raw)).length > 0) {
      throw new MalformedBodyError(
        'expected resourceSpans, resourceLogs or resourceMetrics, got other JSON',
      );
    }
  };
  const sendEvent = async (event: MetricEvent, onInvalid: (text: string) => void) => {
    try {
      await emit(producer, event, signal);
      return true;
    } catch (error) {
      if (!(error instanceof InvalidEventError)) throw error;
      for (const fault of error.faults) onInvalid(describeFault(fault));
      return false;
    }
  };

  try {
    const chunks = bytesOf(input, signal, (more) => {
      bytes += more;
    });
    for await (const body of otlpBodies(chunks)) {
      if (signal.aborted) break;
      counts.requests += 1;
      try {
        if ('fault' in body) throw new MalformedBodyError(body.fault);
        await take(body);
      } catch (error) {
        if (!(error instanceof MalformedBodyError)) throw error;
        counts.invalid_requests += 1;
        onFault(body.number, error.message);
      }
      if (options.isStrict && faults > 0) break;
      progress.update(bytes, input.bytes, plural(counts.requests, 'request'));
      if (worker === undefined || counts.requests % 50 !== 0) continue;
      await waitForRoom(queue, signal);
    }
    await flushEvents(producer, signal);
    if (wait && !signal.aborted) {
      const isDone = await foldAll(queue, signal, () =>
        progress.update(0, undefined, `folding, ${duration(seconds())}`),
      );
      if (isDone) await settleSeen(context, runfold.tier, traces, signal);
      counts.folded = isDone && !signal.aborted;
    }
    counts.interrupted = signal.aborted;
    counts.seconds = Math.round(seconds() * 1000) / 1000;
    return counts;
  } finally {
    progress.stop();
  }
}

function noteTraces(traces: Occurrences, items: readonly SpanItem[]): void {
  for (const trace of new Set(items.map((item) => item.trace))) traces.next(trace);
}
