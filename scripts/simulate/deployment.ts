import { shareOf } from '#runfold/queue/spread/queue-names.js';
import { imbalance, type Load, sharesOf, stripeShares } from './load.js';

/** The numbers of a deployment. */
export interface Deployment {
  readonly events_per_second: number;
  readonly queues: number;
  readonly masters: number;
  readonly workers: number;
  readonly stripes: number;
  readonly nodes: number;
  /** Cores of one Postgres node. */
  readonly cores: number;
}

/** Measured microseconds of a core: a fixed part per job and a part per event. */
const redisJob = { fixed: 172, event: 0.556 };
const workerEvent = 5;
const postgresEvent = 9;
/** The additional cost of a store on several nodes, as a factor. */
const onNodes = 1.15;
/**
 * Events per second of one session, or of one stripe, whose batches are written one after the
 * other.
 */
const laneEvents = 100_000;
/** Measured bytes per event at full batches: written to the journal, and kept by the log with its indexes. */
const journalBytes = 700;
const logBytes = 262;
const daySeconds = 86_400;
/** The maximum utilization of a server. */
const filled = 0.6;
/**
 * The cost of a queue without jobs in a worker, as a share of a core: a blocked connection and a
 * check every 5 s.
 */
const idleQueue = 0.006 / 64;

/** The utilization of the busiest server of each kind, and what follows from it. */
export interface Forecast {
  /** Events per job. */
  readonly job_events: number;
  readonly balance: Readonly<Record<'stripes' | 'queues' | 'workers' | 'nodes', number>>;
  /** Shares of the allowed load: 1 means that the limit is reached. */
  readonly full: Readonly<Record<Resource, number>>;
  readonly first: Resource;
  /** Events per second at which the first resource reaches its limit. */
  readonly limit: number;
  /** Bytes that the busiest node writes to its journal, per second. */
  readonly journal_bytes: number;
  /** Bytes by which the log grows per day: on the busiest node, and on all nodes together. */
  readonly log_bytes: { readonly node: number; readonly all: number };
  /** The cost of idle queues: a share of a core, and connections, of all workers together. */
  readonly idle_cores: number;
  readonly idle_connections: number;
}

export type Resource = 'Redis' | 'workers' | 'Postgres' | 'one stripe';

export function forecast(deployment: Deployment, load: Load): Forecast {
  const { queues, masters, workers, stripes, nodes } = deployment;
  const byStripe = stripeShares(load, stripes);
  const { size, is_by_session } = jobOf(deployment);
  // Jobs that alternate are spread evenly over all queues, whatever they contain.
  const byQueue = is_by_session
    ? stripeShares(load, queues)
    : new Array<number>(queues).fill(1 / queues);
  const byNode = sharesOf(byStripe, nodes, (stripe) => Math.floor((stripe * nodes) / stripes));
  const byMaster = sharesOf(byQueue, masters, (queue) => queue % masters);
  const byWorker = workerShares(byQueue, workers);
  // Without stripes a batch has all sessions and lanes share them. A single session is one lane.
  const lane = stripes > 1 ? Math.max(...byStripe) : hottest(load);
  const fullAt = (rate: number): Forecast['full'] => {
    const redisEvent = redisJob.fixed / jobOf({ ...deployment, events_per_second: rate }).size;
    const core = (share: number, micros: number) => (rate * share * micros) / 1e6 / filled;
    const postgres = (postgresEvent * (nodes > 1 ? onNodes : 1)) / deployment.cores;
    return {
      Redis: core(Math.max(...byMaster), redisEvent + redisJob.event),
      workers: core(Math.max(...byWorker), workerEvent),
      Postgres: core(Math.max(...byNode), postgres),
      'one stripe': (rate * lane) / laneEvents,
    };
  };
  const mostOf = (full: Forecast['full']) =>
    (Object.entries(full) as [Resource, number][]).sort((a, b) => b[1] - a[1])[0] ?? ['Redis', 0];
  // The rate at which the limit is just reached. Jobs grow with the rate, so it is found by
  // bisection.
  let [low, high] = [0, 1e9];
  for (let step = 0; step < 60; step++) {
    const middle = (low + high) / 2;
    if (mostOf(fullAt(middle))[1] > 1) high = middle;
    else low = middle;
  }
  const onBusiest = deployment.events_per_second * Math.max(...byNode);
  return {
    job_events: size,
    balance: {
      stripes: imbalance(byStripe),
      queues: imbalance(byQueue),
      workers: imbalance(byWorker),
      nodes: imbalance(byNode),
    },
    full: fullAt(deployment.events_per_second),
    first: mostOf(fullAt(high))[0],
    limit: low,
    journal_bytes: journalBytes * onBusiest,
    log_bytes: {
      node: logBytes * onBusiest * daySeconds,
      all: logBytes * deployment.events_per_second * daySeconds,
    },
    idle_cores: idleQueue * Math.max(queues, workers),
    idle_connections: Math.max(queues, workers) + workers * (masters + 1),
  };
}

/**
 * The events that a producer of up to 20,000 events per second collects in its 20 ms, or 5 ms with
 * one queue. They are spread by session if each queue gets a hundred; otherwise they are one job.
 */
function jobOf({ events_per_second: rate, queues }: Deployment) {
  const gathered = Math.min(rate, 20_000) * (queues > 1 ? 0.02 : 0.005);
  const is_by_session = gathered / queues >= 100;
  const events = is_by_session ? gathered / queues : gathered;
  return { size: Math.min(500, Math.max(1, events)), is_by_session };
}

const hottest = ({ sessions }: Load) => Math.max(...sessions.map(({ share }) => share));

/** Several workers that read one queue share it. */
function workerShares(byQueue: readonly number[], workers: number): readonly number[] {
  const readers = Array.from({ length: workers }, (_, rank) =>
    shareOf(rank, workers, byQueue.length),
  );
  const count = byQueue.map((_, queue) => readers.filter((own) => own.includes(queue)).length);
  return readers.map((own) =>
    own.reduce((sum, queue) => sum + (byQueue[queue] ?? 0) / (count[queue] ?? 1), 0),
  );
}
