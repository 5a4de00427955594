import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { createClient, type RunfoldClient } from '#runfold/client.js';
import type { Database } from '#runfold/postgres/database.js';
import { rebuild } from '#runfold/projections/rebuild/rebuild.js';
import { startOfDay } from '#runfold/query/usage/time-zone.js';
import { migrateTier, openTier } from '#runfold/tier.js';
import { spreadOf } from '../../harness/measure.js';
import { startNode } from '../../harness/processes.js';
import { commandLineProgram } from '../../harness/programs.js';
import { type BenchServers, withBenchStore } from '../bench-database.js';
import type { Note } from '../note.js';
import { loadLog } from '../references/copy-reference.js';
import { type PageRange, pageQuestions } from './page-questions.js';

/** Days that do not even begin at a full hour, days that begin at midnight UTC, and days that do not. */
const zones = ['Asia/Kathmandu', 'UTC', 'Europe/Berlin', 'America/New_York'];
const dayMs = 86_400_000;
/** The number of events in two periods of 28 days if runs follow one another. */
const oneAtATime = 1_300_000;
/** How often a request is sent for the median of its times. */
const mostTimes = 3;
/** With fewer events nobody wants the times, only to see that every request has an answer. */
const timesFor = (events: number) => Math.min(mostTimes, Math.ceil(events / 100_000));
const zonesFor = (events: number) => (events < 100_000 ? zones.slice(0, 1) : zones);
const mostPages = 100;

/**
 * The requests of the web page on a large log in Postgres, and on a smaller one in an embedded
 * store.
 */
export async function pageTimes(servers: BenchServers, events: number, note: Note): Promise<void> {
  const times = timesFor(events);
  await withBenchStore(servers, async ({ database, env }) => {
    await load(database, events);
    await measureService({
      store: 'Postgres',
      ranges: await rangesOf(database, events),
      times,
      env,
      note,
    });
  });
  const folder = await mkdtemp(join(tmpdir(), 'runfold-bench-'));
  try {
    const dir = join(folder, 'store');
    const tier = await openTier({ dir });
    let ranges: readonly PageRange[];
    try {
      await migrateTier(tier);
      await load(tier.database, Math.max(1000, Math.round(events / 20)));
      ranges = await rangesOf(tier.database, events);
    } finally {
      await tier.close();
    }
    await measureService({ store: 'embedded', ranges, times, flags: ['--dir', dir], note });
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
  for (const { name, kb } of await bundleSizes()) note(`${name}, gzip`, 'kB', kb);
}

async function load(database: Database, events: number): Promise<void> {
  // Recorded well before the requests: pages of a list read again what is recorded while they are
  // read.
  await database.query(
    `alter table runfold_internal.event alter recorded_at set default now() - interval '1 day'`,
  );
  // More events mean more concurrent runs, never more days.
  await loadLog(database, events, { concurrentRuns: Math.ceil(events / oneAtATime) });
  await rebuild(database);
  await database.query('vacuum analyze');
}

/** The 28 days up to the last event, in each zone. */
async function rangesOf(database: Database, events: number): Promise<readonly PageRange[]> {
  const [row] = await database.query<{ last: number }>(
    'select (max(occurred_at_us) / 1000)::float8 as last from runfold_internal.event',
  );
  const to = Math.ceil(Number(row?.last) / 900_000) * 900_000;
  return zonesFor(events).map((time_zone) => ({
    from: new Date(startOfDay(time_zone, to - 27 * dayMs)).toISOString(),
    to: new Date(to).toISOString(),
    time_zone,
  }));
}

/** Starts a service on a store, and sends the page's requests. */
async function measureService({
  store,
  ranges,
  times,
  env = {},
  flags = [],
  note,
}: {
  readonly store: string;
  readonly ranges: readonly PageRange[];
  readonly times: number;
  readonly env?: Readonly<Record<string, string>>;
  readonly flags?: readonly string[];
  readonly note: Note;
}): Promise<void> {
  const service = startNode([commandLineProgram, 'serve', '--http-port', '0', ...flags], { env });
  try {
    const [, url = ''] = await service.waitForLine(/(http:\/\/127\.0\.0\.1:\d+)/, 60_000);
    const client = createClient({ url, retries: 0, timeout_ms: 300_000 });
    await askAll(store, client, ranges, times, note);
    await readPages(store, client, ranges, note);
    const [range] = ranges;
    if (range === undefined) throw new Error('Expected a range.');
    const hourly = await client.getUsage({
      ...range,
      bucket: 'hour',
      group_by: ['model'],
      figures: ['cost'],
    });
    note(`${store}: an hourly month by model, JSON`, 'MB', JSON.stringify(hourly).length / 1e6);
  } finally {
    service.kill('SIGTERM');
    await service.exit;
  }
}

/** Sends each request in each zone, and reports the zone with the longest median. */
async function askAll(
  store: string,
  client: RunfoldClient,
  ranges: readonly PageRange[],
  times: number,
  note: Note,
): Promise<void> {
  const slowest = new Map<string, { readonly ms: number; readonly isOverview: boolean }>();
  for (const range of ranges) {
    for (const { name, isOverview, ask } of pageQuestions(range)) {
      const ms = await median(times, () => ask(client));
      if (ms > (slowest.get(name)?.ms ?? -1)) slowest.set(name, { ms, isOverview });
    }
  }
  const ofOverview = [...slowest.values()].filter(({ isOverview }) => isOverview);
  note(`${store}: Overview, slowest answer`, 'ms', Math.max(...ofOverview.map(({ ms }) => ms)));
  for (const [name, { ms }] of slowest) note(`${store}: ${name}`, 'ms', ms);
}

/** Reads pages of 50 sessions one after the other: no page is more expensive for being deep. */
async function readPages(
  store: string,
  client: RunfoldClient,
  [range]: readonly PageRange[],
  note: Note,
): Promise<void> {
  for (const order_by of [undefined, 'cost'] as const) {
    const taken: number[] = [];
    let cursor: string | undefined;
    do {
      const started = performance.now();
      const page = await client.listSessions({
        from: range?.from,
        to: range?.to,
        limit: 50,
        cursor,
        order_by,
      });
      taken.push(performance.now() - started);
      cursor = page.next_cursor;
    } while (cursor !== undefined && taken.length < mostPages);
    const { median: middle, max } = spreadOf(taken);
    const order = order_by === undefined ? '' : ` by ${order_by}`;
    note(`${store}: a page of 50 sessions${order}, median`, 'ms', middle);
    note(`${store}: a page of 50 sessions${order}, slowest`, 'ms', max);
  }
}

async function median(times: number, work: () => Promise<unknown>): Promise<number> {
  const taken: number[] = [];
  for (let time = 0; time < times; time++) {
    const started = performance.now();
    await work();
    taken.push(performance.now() - started);
  }
  return spreadOf(taken).median;
}

/** The files that a browser loads, compressed. */
async function bundleSizes(): Promise<readonly { readonly name: string; readonly kb: number }[]> {
  const folder = join(commandLineProgram, '..', '..', 'web');
  const document = await readFile(join(folder, 'index.html'), 'utf8');
  const assets = join(folder, 'assets');
  const names = (await readdir(assets)).filter((name) => /\.(js|css)$/.test(name));
  const files = await Promise.all(
    names.map(async (name) => ({ name, bytes: await readFile(join(assets, name)) })),
  );
  const first = files.find(({ name }) => document.includes(`/assets/${name}"`) && /js$/.test(name));
  const sizeOf = (choose: (name: string) => boolean) =>
    files.reduce((sum, { name, bytes }) => sum + (choose(name) ? gzipSync(bytes).length : 0), 0) /
    1000;
  const imported = new Set(
    [...(first?.bytes.toString() ?? '').matchAll(/from\s*["']\.\/([^"']+\.js)["']/g)].map(
      ([, name]) => name ?? '',
    ),
  );
  return [
    {
      name: 'script of the first view',
      kb: sizeOf((name) => name === first?.name || imported.has(name)),
    },
    { name: 'all script', kb: sizeOf((name) => name.endsWith('.js')) },
    { name: 'all style', kb: sizeOf((name) => name.endsWith('.css')) },
  ];
}
