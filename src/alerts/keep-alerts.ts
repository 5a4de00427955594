import type { Logger } from 'pino';
import { quietReport } from '../environment/quiet-report.js';
import { sleep } from '../environment/sleep.js';
import type { Database } from '../postgres/database.js';
import { type DeliveryOptions, deliver, dueChannels } from './deliver.js';
import { evaluate } from './evaluate.js';
import type { ConditionSources } from './look/condition-readings.js';

/** The alert settings of a worker. */
export interface AlertsOptions extends DeliveryOptions {
  /** Milliseconds between two evaluations. Defaults to 3,000. */
  readonly interval_ms?: number | undefined;
}

/** Alerts that this process evaluates and delivers. */
export interface Alerts {
  /** Waits for running work. */
  close(): Promise<void>;
}

/**
 * Evaluates rules and delivers notifications until it is closed. Several processes may do this; one
 * evaluates at a time.
 */
export function keepAlerts(
  database: Database,
  log: Logger,
  options: AlertsOptions & { readonly queueLag: ConditionSources['queueLag'] },
): Alerts {
  const closing = new AbortController();
  const { interval_ms = 3_000, queueLag } = options;
  const report = quietReport((err, repeated) =>
    log.warn({ err, repeated }, 'alerts could not be evaluated or delivered; retrying'),
  );
  const attempt = async (work: () => Promise<unknown>) => {
    try {
      await work();
    } catch (error) {
      report(error);
    }
  };
  const loop = async (work: () => Promise<unknown>) => {
    // Spreads the evaluations of several processes over the interval.
    await sleep(Math.random() * interval_ms, closing.signal);
    while (!closing.signal.aborted) {
      await attempt(work);
      await sleep(interval_ms, closing.signal);
    }
  };
  const looking = loop(async () => {
    const { notified, faults } = await evaluate(database, queueLag);
    if (notified > 0) log.info({ notified }, 'alerts written');
    for (const fault of faults) throw fault;
  });
  // A slow receiver delays neither the evaluation of rules nor other channels.
  const busy = new Map<number, Promise<void>>();
  const deliverAll = async (channel: number) => {
    let tried = 1;
    while (tried > 0 && !closing.signal.aborted) tried = await deliver(database, channel, options);
  };
  const sending = loop(async () => {
    for (const channel of await dueChannels(database)) {
      if (busy.has(channel)) continue;
      const delivered = attempt(() => deliverAll(channel)).finally(() => busy.delete(channel));
      busy.set(channel, delivered);
    }
  });
  return {
    async close() {
      closing.abort();
      await Promise.all([looking, sending]);
      await Promise.all(busy.values());
    },
  };
}
