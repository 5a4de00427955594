import { retryDelay } from '../environment/retry-delay.js';
import { sleep } from '../environment/sleep.js';
import { within } from '../environment/within.js';

/** What was put on a queue in one call. Sent again it changes nothing, as its jobs have ids. */
export interface Shipment {
  readonly queue: string;
  /** Roughly. */
  readonly bytes: number;
  readonly jobs: number;
  send(): Promise<unknown>;
}

/**
 * Keeps what a queue acknowledged for a while, and sends it again when the queue has another master: what the
 * old one had acknowledged and not yet handed to the new one is lost there.
 */
export interface ReplayWindow {
  /** Sends, keeps what was acknowledged, and answers as the sending does. */
  send(shipment: Shipment): Promise<unknown>;
  /** Jobs that were sent again. */
  replayed(): number;
  /** Looks once more whether a master has changed, for two seconds at most, and ends. */
  close(): Promise<void>;
}

/** How often it is looked whether a master has changed, in milliseconds. */
const lookMs = 1_000;
const lastLookMs = 2_000;

interface Kept extends Shipment {
  /** When it was last sent, and when it was acknowledged. */
  sentAt: number;
  acknowledgedAt: number;
}

export function createReplayWindow(options: {
  /** The time between writing and being replicated that is reckoned with. */
  readonly keep_ms: number;
  /** The most bytes that are kept; then the oldest go. */
  readonly max_bytes: number;
  /** As in `FindMasters`. */
  readonly findMasters: (names: readonly string[]) => Promise<ReadonlyMap<string, string>>;
  readonly onError: (error: Error) => void;
}): ReplayWindow {
  const { keep_ms, max_bytes, findMasters, onError } = options;
  const closing = new AbortController();
  const known = new Map<string, string>();
  /** When a queue was seen to have another master. */
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
    // While there is no telling, nothing gets too old: the next master may be one that lacks it.
    const masters = await findMasters(names).catch(() => undefined);
    if (masters === undefined) return;
    for (const [name, master] of masters) {
      if (known.get(name) !== master) changedAt.set(name, performance.now());
      known.set(name, master);
    }
    for (const one of [...kept]) {
      // Also what was under way meanwhile: the old master may have acknowledged it.
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

  /** What a queue's master is has to be known before anything is put on it. */
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
