import { shareOf } from '#runfold/queue/spread/queue-names.js';
import { imbalance, type Load, sharesOf, stripeShares } from './load.js';

/** What there is of everything. */
export interface Deployment {
  readonly events_per_second: number;
  readonly queues: number;
  readonly masters: number;
  readonly workers: number;
  readonly stripes: number;
  readonly nodes: number;
  /** Cores of a Postgres node. */
  readonly cores: number;
}

/** Microseconds of a core, measured: a job costs a part of its own and a part for each event. */
const redisJob = { fixed: 172, event: 0.556 };
const workerEvent = 5;
const postgresEvent = 9;
/** What a store on several nodes costs more. */
const onNodes = 1.15;
/** Events a second of one session, or of one stripe: they are written one batch after the other. */
const laneEvents = 100_000;
/** How far a server may be filled. */
const filled = 0.6;
/** What a queue without jobs costs in a worker, as a part of a core: a blocked connection and a look every 5 s. */
const idleQueue = 0.006 / 64;

/** How full each kind of server is, the fullest of its kind, and what that means. */
export interface Forecast {
  /** Events of a job. */
  readonly job_events: number;
  readonly balance: Readonly<Record<'stripes' | 'queues' | 'workers' | 'nodes', number>>;
  /** Parts of what each may take: 1 is as full as it should be. */
  readonly full: Readonly<Record<Resource, number>>;
  readonly first: Resource;
  /** Events a second at which the first is full. */
  readonly limit: number;
  /** What queues cost while nothing comes: a part of a core, and connections, of all workers. */
  readonly idle_cores: number;
  readonly idle_connections: number;
}

export type Resource = 'Redis' | 'workers' | 'Postgres' | 'one stripe';

export function forecast(deployment: Deployment, load: Load): Forecast {
  const { queues, masters, workers, stripes, nodes } = deployment;
  const byStripe = stripeShares(load, stripes);
  const { size, is_by_session } = jobOf(deployment);
  // Jobs that take turns go to all queues alike, whatever is in them.
  const byQueue = is_by_session
    ? stripeShares(load, queues)
    : new Array<number>(queues).fill(1 / queues);
  const byNode = sharesOf(byStripe, nodes, (stripe) => Math.floor((stripe * nodes) / stripes));
  const byMaster = sharesOf(byQueue, masters, (queue) => queue % masters);
  const byWorker = workerShares(byQueue, workers);
  // Without stripes a batch holds all sessions and lanes share them; a session alone is one lane.
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
  // The rate at which the fullest is just full: jobs grow with it, so it takes a search.
  let [low, high] = [0, 1e9];
  for (let step = 0; step < 60; step++) {
    const middle = (low + high) / 2;
    if (mostOf(fullAt(middle))[1] > 1) high = middle;
    else low = middle;
  }
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
    idle_cores: idleQueue * Math.max(queues, workers),
    idle_connections: Math.max(queues, workers) + workers * (masters + 1),
  };
}

/**
 * What a producer of up to 20,000 events a second gathers in its 20 ms, or 5 with one queue: spread by session
 * where each queue gets a hundred, and else one job.
 */
function jobOf({ events_per_second: rate, queues }: Deployment) {
  const gathered = Math.min(rate, 20_000) * (queues > 1 ? 0.02 : 0.005);
  const is_by_session = gathered / queues >= 100;
  const events = is_by_session ? gathered / queues : gathered;
  return { size: Math.min(500, Math.max(1, events)), is_by_session };
}

const hottest = ({ sessions }: Load) => Math.max(...sessions.map(({ share }) => share));

/** A queue that several workers read is shared by them. */
function workerShares(byQueue: readonly number[], workers: number): readonly number[] {
  const readers = Array.from({ length: workers }, (_, rank) =>
    shareOf(rank, workers, byQueue.length),
  );
  const count = byQueue.map((_, queue) => readers.filter((own) => own.includes(queue)).length);
  return readers.map((own) =>
    own.reduce((sum, queue) => sum + (byQueue[queue] ?? 0) / (count[queue] ?? 1), 0),
  );
}
