import { retryDelay } from '../environment/retry-delay.js';
import { sleep } from '../environment/sleep.js';
import { within } from '../environment/within.js';

/**
 * The jobs that one call adds to a queue. Sending them again changes nothing, because jobs have
 * ids.
 */
export interface Shipment {
  readonly queue: string;
  /** Approximate. */
  readonly bytes: number;
  readonly jobs: number;
  send(): Promise<unknown>;
}

/**
 * Keeps acknowledged jobs for a while, and sends them again if the queue gets another master: jobs
 * that the old one acknowledged and had not yet replicated are lost.
 */
export interface ReplayWindow {
  /** Sends jobs and keeps them once they are acknowledged. Returns the result of the sending. */
  send(shipment: Shipment): Promise<unknown>;
  /** Jobs that were sent again. */
  replayed(): number;
  /** Checks once more whether a master has changed, for at most two seconds, and closes. */
  close(): Promise<void>;
}

/** How often the masters are checked, in milliseconds. */
const lookMs = 1_000;
const lastLookMs = 2_000;

interface Kept extends Shipment {
  /** When they were last sent, and when they were acknowledged. */
  sentAt: number;
  acknowledgedAt: number;
}

export function createReplayWindow(options: {
  /** The assumed maximum replication delay, in milliseconds. */
  readonly keep_ms: number;
  /** The maximum number of bytes that are kept. Above it, the oldest are dropped. */
  readonly max_bytes: number;
  /** As in `FindMasters`. */
  readonly findMasters: (names: readonly string[]) => Promise<ReadonlyMap<string, string>>;
  readonly onError: (error: Error) => void;
}): ReplayWindow {
  const { keep_ms, max_bytes, findMasters, onError } = options;
  const closing = new AbortController();
  const known = new Map<string, string>();
  /** When a queue was found to have another master. */
  const changedAt = new Map<string, number>();
  let kept: Kept[] = [];
  let bytes = 0;
  let replayed = 0;
  let looking: Promise<void> | undefined;
  let timer: NodeJS.Timeout | undefined;

  const keep = (shipment: Kept) => {
    kept.push(shipment);
    bytes += shipment.bytes;
    while (bytes > max_bytes && kept.length > 0) bytes -= kept.shift()?.bytes ?? 0;
    timer ??= setInterval(() => void look(), lookMs).unref();
  };

  const look = () => {
    looking ??= lookAndSend()
      .catch((error) => onError(error instanceof Error ? error : new Error(String(error))))
      .finally(() => {
        looking = undefined;
      });
    return looking;
  };

  const lookAndSend = async () => {
    const startedAt = performance.now();
    const names = [...new Set(kept.map(({ queue }) => queue))];
    // While the master is unknown, nothing expires: the next master may lack it.
    const masters = await findMasters(names).catch(() => undefined);
    if (masters === undefined) return;
    for (const [name, master] of masters) {
      if (known.get(name) !== master) changedAt.set(name, performance.now());
      known.set(name, master);
    }
    for (const one of [...kept]) {
      // This includes jobs that were in flight: the old master may have acknowledged them.
      while (one.sentAt < (changedAt.get(one.queue) ?? 0)) await sendAgain(one);
    }
    const isOld = ({ queue, acknowledgedAt }: Kept) =>
      masters.has(queue) && acknowledgedAt < startedAt - keep_ms;
    kept = kept.filter((one) => !isOld(one));
    bytes = kept.reduce((sum, one) => sum + one.bytes, 0);
    if (kept.length > 0) return;
    clearInterval(timer);
    timer = undefined;
  };

  const sendAgain = async (one: Kept) => {
    for (let attempt = 0; !closing.signal.aborted; attempt++) {
      const sentAt = performance.now();
      try {
        await one.send();
        one.sentAt = sentAt;
        one.acknowledgedAt = performance.now();
        replayed += one.jobs;
        return;
      } catch (error) {
        onError(error instanceof Error ? error : new Error(String(error)));
        await sleep(retryDelay(attempt), closing.signal);
      }
    }
    one.sentAt = Number.POSITIVE_INFINITY;
  };

  /** A queue's master must be known before anything is added to it. */
  const meet = async (queue: string) => {
    if (known.has(queue)) return;
    for (const [name, master] of await findMasters([queue])) {
      if (!known.has(name)) known.set(name, master);
    }
  };

  return {
    async send(shipment) {
      await meet(shipment.queue);
      const sentAt = performance.now();
      const answer = await shipment.send();
      keep({ ...shipment, send: shipment.send, sentAt, acknowledgedAt: performance.now() });
      return answer;
    },
    replayed: () => replayed,
    async close() {
      clearInterval(timer);
      const late = () => new Error('late');
      if (kept.length > 0) await within(lastLookMs, look(), late).catch(() => undefined);
      closing.abort();
      clearInterval(timer);
      kept = [];
    },
  };
}
