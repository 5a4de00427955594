import type { EventBatch } from '#runfold/append/batch.js';
import type { RunStatement } from '#runfold/append/write-batch.js';
import { writerTo } from '#runfold/append/writer/event-writer.js';
import type { Database } from '#runfold/postgres/database.js';
import { isConflict } from '#runfold/postgres/postgres-errors.js';
import { verify } from '#runfold/projections/audit/verify.js';
import { projections } from '#runfold/projections/projections.js';
import { createShards } from '#runfold/store/create-shards.js';
import { openShardMap } from '#runfold/store/shards/open-shard-map.js';
import { batchSizes } from '#runfold/worker/batch-sizes.js';
import { citusNodes, createCitusStore, hasCitus } from '../../harness/citus-cluster.js';
import { cpuOf } from '../../harness/measure.js';
import { type BenchServers, withBenchStore } from '../bench-database.js';
import type { Note } from '../note.js';
import { agentEvents } from '../workload.js';
import { batchesOf } from './fold.js';

/** As many as `runfold shards create --on-one-server` creates. */
const stripes = 8;
/** Concurrent writing connections of each store. */
const connections = 2;
/** The number of events of one store before it is the other's turn. */
const turnEvents = 40_000;

/**
 * Appends and folds directly into an undivided and a divided store, alternately and with equal
 * connections: with full batches, and with so few events per statement that writers compete for the
 * shared rows. If the tests have a Citus cluster, a store on its nodes takes its turns too.
 */
export async function shardsRates(
  servers: BenchServers,
  events: number,
  note: Note,
): Promise<void> {
  for (const [says, perStatement] of statementsOf(events)) {
    await withBenchStore(servers, ({ database: whole }) =>
      withBenchStore(servers, async ({ database: divided }) => {
        await createShards(divided, { stripes, kind: 'partitions' });
        const compared: Compared[] = [
          { name: 'stripes', title: `${stripes} stripes`, database: divided },
        ];
        const citus = hasCitus ? await createCitusStore({ stripes }) : undefined;
        if (citus !== undefined) {
          const title = `${stripes} stripes on ${citusNodes.length} nodes`;
          compared.push({ name: 'nodes', title, database: citus.database });
        }
        try {
          await compare({ says, perStatement, events, whole, compared, note });
        } finally {
          await citus?.drop();
        }
      }),
    );
  }
}

/** What a statement holds, as far as there are so many events. */
const statementsOf = (events: number) =>
  (
    [
      ['full batches', 5_000],
      ['500 events a statement', 500],
    ] as const
  ).filter(([, perStatement]) => perStatement <= events);

/** A divided store that is compared with an undivided one. */
interface Compared {
  readonly name: string;
  readonly title: string;
  readonly database: Database;
}

interface Comparison {
  readonly says: string;
  readonly perStatement: number;
  readonly events: number;
  readonly whole: Database;
  readonly compared: readonly Compared[];
  readonly note: Note;
}

async function compare(options: Comparison): Promise<void> {
  const { says, perStatement, events, whole, compared, note } = options;
  const inStripes = Math.min(batchSizes(stripes).batch, perStatement * stripes);
  const lanes = [
    await openStore(whole, batchesOf(agentEvents(events), perStatement), connections),
    // Two stripes of a batch are written concurrently on each server.
    ...(await Promise.all(
      compared.map(({ database }) =>
        openStore(database, batchesOf(agentEvents(events), inStripes), 1),
      ),
    )),
  ];
  for (let done = 0; done < events; done += turnEvents) {
    // In the first turn, connections prepare a statement per stripe.
    for (const lane of lanes) await lane.turn(done > 0 || events <= turnEvents);
  }
  const [ofWhole, ...others] = await Promise.all(lanes.map((lane) => lane.close(events)));
  if (ofWhole === undefined) throw new Error('Expected the rate of an undivided store.');
  note(`${says}: whole`, 'events/s', ofWhole.rate);
  note(`${says}: whole, Postgres CPU`, 'µs/event', ofWhole.postgres_us);
  note(`${says}: whole, Node CPU`, 'µs/event', ofWhole.node_us);
  for (const [place, { rate, postgres_us, node_us }] of others.entries()) {
    const { name = '', title = '' } = compared[place] ?? {};
    note(`${says}: ${title}`, 'events/s', rate);
    note(`${says}: ${name} / whole`, '', rate / ofWhole.rate);
    note(`${says}: ${name}, Postgres CPU`, 'µs/event', postgres_us);
    note(`${says}: ${name}, Node CPU`, 'µs/event', node_us);
  }
}

async function openStore(database: Database, batches: EventBatch[], lanes: number) {
  const map = await openShardMap(database);
  const { run } = writerTo(map, database, projections);
  const servers = new Set([database, ...map.shards().map((shard) => shard.database)]);
  let [measured, milliseconds, postgres, node] = [0, 0, 0, 0];
  const backends = async () => {
    const own = 'select pid from pg_stat_activity where datname = current_database()';
    const lists = await Promise.all(
      [...servers].map((server) => server.query<{ pid: number }>(own)),
    );
    return lists.flat().reduce((sum, { pid }) => sum + cpuOf(pid), 0);
  };
  return {
    async turn(isMeasured: boolean) {
      let left = turnEvents;
      const [started, before, own] = [performance.now(), await backends(), process.cpuUsage()];
      const lane = async () => {
        while (left > 0) {
          const batch = batches.shift();
          if (batch === undefined) return;
          left -= batch.order.length;
          await writeAgain(run, batch);
        }
      };
      await Promise.all(Array.from({ length: lanes }, lane));
      if (!isMeasured) return;
      measured += turnEvents - left;
      const { user, system } = process.cpuUsage(own);
      milliseconds += performance.now() - started;
      postgres += (await backends()) - before;
      node += (user + system) / 1e6;
    },
    async close(events: number) {
      const audit = await verify(database);
      if (!audit.equal || audit.events !== events) {
        throw new Error(`Expected ${events} events and equal totals, got ${JSON.stringify(audit)}`);
      }
      return {
        rate: (measured / milliseconds) * 1000,
        postgres_us: (postgres * 1e6) / measured,
        node_us: (node * 1e6) / measured,
      };
    },
  };
}

async function writeAgain(run: RunStatement, batch: EventBatch): Promise<void> {
  for (;;) {
    try {
      await run(batch, []);
      return;
    } catch (error) {
      if (!isConflict(error)) throw error;
    }
  }
}
