import type { Logger } from 'pino';
import { type Alerts, type AlertsOptions, keepAlerts } from '../alerts/keep-alerts.js';
import type { Database } from '../postgres/database.js';
import { openQueueGauge, type QueueGauge } from '../queue/queue-gauge.js';
import type { QueueTarget } from '../queue/queue-target.js';

/** Evaluates alerts in a worker. The queue is read only if a rule needs its lag. */
export function keepWorkerAlerts(options: {
  readonly database: Database;
  readonly queue: QueueTarget;
  readonly log: Logger;
  readonly alerts?: AlertsOptions | undefined;
}): Alerts {
  const { database, queue, log } = options;
  let gauge: Promise<QueueGauge> | undefined;
  const queueLag = async () => {
    try {
      gauge ??= openQueueGauge(queue, () => undefined);
      return (await (await gauge).read()).age_seconds;
    } catch {
      // The worker itself reports that the queue is unavailable.
      gauge = undefined;
      return undefined;
    }
  };
  const alerts = keepAlerts(database, log, { ...options.alerts, queueLag });
  return {
    async close() {
      await alerts.close();
      await (await gauge?.catch(() => undefined))?.close();
    },
  };
}
