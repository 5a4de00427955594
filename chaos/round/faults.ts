import { setTimeout as wait } from 'node:timers/promises';
import { openJobQueues } from '#runfold/queue/job-queues.js';
import { startNode } from '../../harness/processes.js';
import { commandLineProgram } from '../../harness/programs.js';
import { waitUntil } from '../../harness/wait-until.js';
import type { Fault, FaultKind } from './plan.js';
import type { Stage } from './stage.js';

type Inject = (stage: Stage, fault: Fault) => Promise<void>;

/**
 * A rebuild of a few thousand events takes two seconds, and waits while Postgres is unavailable.
 */
const rebuildPatienceMs = 90_000;

/** How each fault is caused and ended. Resolves when it is over. */
const injections: Readonly<Record<FaultKind, Inject>> = {
  async kill_worker({ workers, pause }, { target, ms }) {
    const worker = workers[target % workers.length];
    await worker?.kill();
    await pause(ms);
    await worker?.start();
  },
  async stop_worker({ workers, pause }, { target, ms }) {
    const worker = workers[target % workers.length];
    worker?.signal('SIGSTOP');
    await pause(ms);
    worker?.signal('SIGCONT');
  },
  async restart_worker({ workers, pause }, { target, ms }) {
    const worker = workers[target % workers.length];
    await worker?.stop();
    await pause(ms);
    await worker?.start();
  },
  async kill_producer({ producers, pause }, { target, ms }) {
    const producer = producers[target % producers.length];
    const wasAtWork = await producer?.kill();
    await pause(ms);
    if (wasAtWork) producer?.start();
  },
  async kill_redis({ stack, pause, appendOnlyBytesAgo }, { ms, amount }) {
    await stack.redis.kill();
    const kept = amount > 0 ? appendOnlyBytesAgo(amount) : undefined;
    if (kept !== undefined) stack.redis.truncate(kept);
    await pause(ms);
    await stack.redis.start();
  },
  async restart_redis({ stack, pause }, { ms }) {
    await stack.redis.stop();
    await pause(ms);
    await stack.redis.start();
  },
  async cut_redis({ stack, pause }, { ms }) {
    await stack.redisProxy.cut();
    await pause(ms);
    await stack.redisProxy.restore();
  },
  drop_redis: ({ stack, pause }, { ms }) => dropAgain(stack.redisProxy.drop, pause, ms),
  async slow_redis({ stack, pause }, { ms, amount }) {
    stack.redisProxy.slow(amount);
    await pause(ms);
    stack.redisProxy.slow(0);
  },
  async kill_postgres({ stack, pause }, { ms }) {
    await stack.postgres.kill();
    await pause(ms);
    await stack.postgres.start();
  },
  async restart_postgres({ stack, pause }, { ms }) {
    await stack.postgres.stop();
    await pause(ms);
    await stack.postgres.start();
  },
  async cut_postgres({ stack, pause }, { ms }) {
    await stack.postgresProxy.cut();
    await pause(ms);
    await stack.postgresProxy.restore();
  },
  drop_postgres: ({ stack, pause }, { ms }) => dropAgain(stack.postgresProxy.drop, pause, ms),
  async slow_postgres({ stack, pause }, { ms, amount }) {
    stack.postgresProxy.slow(amount);
    await pause(ms);
    stack.postgresProxy.slow(0);
  },
  async fill_disk({ stack, pause }, { ms }) {
    if (typeof stack.disk === 'string') throw new Error(stack.disk);
    stack.disk.fill();
    await pause(ms);
    stack.disk.free();
  },
  async fail_over({ group, pause }, { target, ms, amount }) {
    if (group === undefined) throw new Error('Expected Redis processes that replace each other.');
    const masters = await group.masters();
    const master = masters[target % masters.length];
    if (master === undefined) throw new Error('Expected a master, got none.');
    const replica = await group.replicaOf(master);
    if (amount > 0) await group.holdBack(replica, master);
    await pause(amount);
    await master.kill();
    await waitUntil(async () => (await group.masters()).includes(replica), Boolean, {
      what: 'the replica to take over',
    });
    await group.release(replica);
    await pause(ms);
    await group.heal();
  },
  async change_queues({ queue, pause }, { target, ms }) {
    if (queue.kind !== 'redis') throw new Error('Expected a queue on Redis.');
    const queues = await openJobQueues(
      { ...queue, queues: 1 + target },
      { onError: () => undefined },
    );
    await queues.all();
    await queues.close();
    await pause(ms);
  },
  async rebuild({ env, plan, signal, violate }) {
    const rebuilding = startNode([commandLineProgram, 'rebuild', '--json'], { env });
    // A timer that outlived the rebuild would keep the harness from ending.
    const over = new AbortController();
    const patience = wait(rebuildPatienceMs, undefined, {
      signal: AbortSignal.any([signal, over.signal]),
    });
    const ended = await Promise.race([rebuilding.exit, patience]).finally(() => over.abort());
    if (ended === undefined) {
      rebuilding.kill('SIGKILL');
      return violate(`rebuild did not end within ${rebuildPatienceMs} ms`);
    }
    const { code, stderr } = ended;
    // A rebuild may fail if Postgres becomes unavailable. It must then leave the totals unchanged.
    const mayFail = plan.faults.some(({ kind }) => kind.endsWith('_postgres'));
    if (code !== 0 && !mayFail) violate(`rebuild ended with ${code}: ${stderr.slice(-600)}`);
  },
};

/** Breaks the connections several times, so that new ones are made in between. */
async function dropAgain(drop: () => void, pause: Stage['pause'], ms: number): Promise<void> {
  for (const end = performance.now() + ms; performance.now() < end; ) {
    drop();
    await pause(ms / 4);
  }
}

/** The target of a fault. Two faults on one target run one after the other. */
function thingOf({ kind, target }: Fault, stage: Stage): string {
  if (kind.endsWith('_worker')) return `worker ${target % stage.workers.length}`;
  if (kind.endsWith('_producer')) return `producer ${target % stage.producers.length}`;
  return kind.endsWith('_redis') ? 'redis' : kind.endsWith('_postgres') ? 'postgres' : kind;
}

/** Causes the faults as the round progresses. */
export function createFaultLine(stage: Stage) {
  const waiting = [...stage.plan.faults].sort((a, b) => a.at - b.at);
  const chains = new Map<string, Promise<void>>();
  let running = 0;
  return {
    /** Starts the faults that are due. */
    advance(progress: number) {
      while (waiting[0] !== undefined && waiting[0].at <= progress) {
        const [next] = waiting.splice(0, 1);
        if (next === undefined) return;
        const thing = thingOf(next, stage);
        running += 1;
        const done = (chains.get(thing) ?? Promise.resolve())
          .then(() => injections[next.kind](stage, next))
          .catch((error) => {
            if (stage.signal.aborted) return;
            stage.violate(`${next.kind} could not be brought about: ${error}`);
          })
          .finally(() => {
            running -= 1;
          });
        chains.set(thing, done);
      }
    },
    isOver: () => waiting.length === 0 && running === 0,
    /** How many faults are active. */
    running: () => running,
    /** Starts no more faults, and waits for the active ones. */
    async end() {
      waiting.splice(0);
      await Promise.all(chains.values());
    },
  };
}
