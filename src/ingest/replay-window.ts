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
  /**
   * Checks once more whether a master has changed, finishes sending again, and closes. Waits for that for at most
   * `timeout_ms`, or two seconds if that is more; what may be lost then is reported.
   */
  close(timeout_ms?: number): Promise<void>;
}

/** How often the masters are checked, in milliseconds. */
const lookMs = 1_000;
const lastLookMs = 2_000;
/** After this time without a response an attempt counts as failed; because of its job id, repeating it does no harm. */
export const attemptTimeoutMs = 10_000;

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
  /** After this time without a response, a question or a sending counts as failed, and is repeated. */
  readonly attempt_ms?: number;
}): ReplayWindow {
  const { keep_ms, max_bytes, findMasters, onError, attempt_ms = attemptTimeoutMs } = options;
  const closing = new AbortController();
  const known = new Map<string, string>();
  /** When a queue was found to have another master. */
  const changedAt = new Map<string, number>();
  let kept: Kept[] = [];
  let bytes = 0;
  let replayed = 0;
  let looking: Promise<boolean> | undefined;
  let timer: NodeJS.Timeout | undefined;

  const keep = (shipment: Kept) => {
    kept.push(shipment);
    bytes += shipment.bytes;
    while (bytes > max_bytes && kept.length > 0) bytes -= kept.shift()?.bytes ?? 0;
    timer ??= setInterval(() => void look(), lookMs).unref();
  };

  const look = () => {
    looking ??= lookAndSend()
      .catch((error) => {
        onError(error instanceof Error ? error : new Error(String(error)));
        return false;
      })
      .finally(() => {
        looking = undefined;
      });
    return looking;
  };

  /** A failover may leave a command without a response for ever. Then it must not be the last one. */
  const answered = <T>(work: Promise<T>) =>
    within(attempt_ms, work, () => new Error(`no response within ${attempt_ms} ms`));

  /** Returns whether the masters are known, and have what is kept. */
  const lookAndSend = async (): Promise<boolean> => {
    const startedAt = performance.now();
    const names = [...new Set(kept.map(({ queue }) => queue))];
    // While the master is unknown, nothing expires: the next master may lack it.
    const masters = await answered(findMasters(names)).catch(() => undefined);
    if (masters === undefined) return false;
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
    if (kept.length > 0) return true;
    clearInterval(timer);
    timer = undefined;
    return true;
  };

  const sendAgain = async (one: Kept) => {
    for (let attempt = 0; !closing.signal.aborted; attempt++) {
      const sentAt = performance.now();
      try {
        await answered(one.send());
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
    async close(timeout_ms = 0) {
      clearInterval(timer);
      const limit = Math.max(lastLookMs, timeout_ms);
      const settle = async () => {
        // A look that has begun may have asked before the master changed.
        await looking;
        for (let attempt = 0; !closing.signal.aborted && !(await look()); attempt++) {
          await sleep(retryDelay(attempt), closing.signal);
        }
      };
      const late = () =>
        new Error(
          `The queue's master was not known, or did not take jobs again, within ${limit} ms: up to ${jobsOf(kept)} acknowledged jobs may be lost.`,
        );
      if (kept.length > 0) await within(limit, settle(), late).catch(onError);
      closing.abort();
      clearInterval(timer);
      kept = [];
    },
  };
}

const jobsOf = (kept: readonly Shipment[]) => kept.reduce((sum, { jobs }) => sum + jobs, 0);
