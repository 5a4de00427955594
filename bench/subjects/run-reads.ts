import { Agent, request } from 'node:http';
import { getRun } from '#runfold/query/totals/runs.js';
import { createKey } from '#runfold/store/api-keys.js';
import { startNode } from '../../harness/processes.js';
import { commandLineProgram } from '../../harness/programs.js';
import type { BenchStore } from '../bench-database.js';

/** One figure of the bench. */
export interface QueryTime {
  readonly name: string;
  readonly unit: string;
  readonly value: number;
}

/** Runs that are read before the clock starts, to warm up connections, plans and code. */
const warmRuns = 20;

/** How long it takes to read one random run, from a program and over HTTP, one after the other. */
export async function runReads(store: BenchStore, runs: number): Promise<readonly QueryTime[]> {
  const rows = await store.database.query<{ run_id: string }>(
    'select run_id from runfold_internal.run order by md5(run_id) limit $1',
    [runs + warmRuns],
  );
  const ids = rows.map(({ run_id }) => run_id);
  const direct = await timesOf(ids, async (run_id) => {
    if ((await getRun(store.database, { run_id })) === undefined) {
      throw new Error(`Expected a run ${run_id}, got none.`);
    }
  });
  const { key } = await createKey(store.database, { project: 1, scopes: ['read'] });
  const service = startNode([commandLineProgram, 'serve'], { env: store.env });
  try {
    const [, url = ''] = await service.waitForLine(/(http:\/\/127\.0\.0\.1:\d+)/, 60_000);
    const agent = new Agent({ keepAlive: true });
    const by_http = await timesOf(ids, (run_id) => read(agent, `${url}/v1/runs/${run_id}`, key));
    agent.destroy();
    return [...percentiles('getRun', direct), ...percentiles('a run by HTTP', by_http)];
  } finally {
    service.kill('SIGTERM');
    await service.exit;
  }
}

async function timesOf(ids: readonly string[], work: (id: string) => Promise<void>) {
  const taken: number[] = [];
  for (const [at, id] of ids.entries()) {
    const started = performance.now();
    await work(id);
    if (at >= Math.min(warmRuns, ids.length - 1)) taken.push(performance.now() - started);
  }
  return taken.sort((a, b) => a - b);
}

function read(agent: Agent, url: string, key: string): Promise<void> {
  return new Promise((resolve, reject) => {
    const headers = { authorization: `Bearer ${key}` };
    const call = request(url, { agent, headers }, (answer) => {
      answer.resume();
      answer.once('end', () =>
        answer.statusCode === 200
          ? resolve()
          : reject(new Error(`Expected 200 from ${url}, got ${answer.statusCode}.`)),
      );
    });
    call.once('error', reject);
    call.end();
  });
}

function percentiles(name: string, sorted: readonly number[]): QueryTime[] {
  return [50, 99].map((percent) => ({
    name: `${name}, p${percent}`,
    unit: 'ms',
    value: sorted[Math.ceil((sorted.length * percent) / 100) - 1] ?? Number.NaN,
  }));
}
