import { mkdir, mkdtemp, readFile, rm, truncate, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join, relative } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { logFormats } from '#runfold/ingest/formats/log-formats.js';
import type { FoundLog } from '#runfold/logs/files/find-logs.js';
import type { LogStore } from '#runfold/logs/log-batch.js';
import { openCounts } from '#runfold/logs/log-summary.js';
import { watchLogs } from '#runfold/logs/watch-logs.js';
import { verify } from '#runfold/projections/audit/verify.js';
import { useLogStore } from '../../harness/log-store.js';
import {
  countEvents,
  expectCase,
  fixtures,
  ingest,
  type LogCase,
  logCase,
  logCases,
  logsAt,
} from './log-cases.js';
import { copyOf, killable, randomCounts } from './log-play.js';

/** The number of readings; LOG_READINGS=10000 for a long run. */
const readings = Number(process.env.LOG_READINGS ?? 80);
const seed = Number(process.env.LOG_SEED ?? 1);
/** Concurrent readings, each in a separate project. */
const lanes = 2;

/** The files of a case in the order in which their programs wrote them, with their bytes. */
async function filesOf({ format, path }: LogCase) {
  const root = join(fixtures, path);
  const found = [...(await logsAt(format, root))];
  found.sort((a, b) => a.order - b.order || (a.name < b.name ? -1 : 1));
  return await Promise.all(
    found.map(async (log) => ({
      name: root.endsWith('.jsonl') ? (log.path.split('/').at(-1) ?? '') : relative(root, log.path),
      bytes: await readFile(log.path),
    })),
  );
}

async function put(dir: string, name: string, bytes: Buffer): Promise<void> {
  await mkdir(dirname(join(dir, name)), { recursive: true });
  await writeFile(join(dir, name), bytes);
}

describe('the laws of reading logs', () => {
  const work = useLogStore();
  let home = '';
  beforeAll(async () => {
    home = await mkdtemp(join(tmpdir(), 'runfold-laws-'));
  });
  afterAll(() => rm(home, { recursive: true, force: true }));

  const cases = logCases.filter(([name]) => name !== 'claude-growth/before');

  /** Runs readings in a few lanes; `play` gets a separate store and folder. */
  async function playAll(
    runs: number,
    play: (
      context: { store: LogStore; dir: string; random: ReturnType<typeof randomCounts> },
      expected: LogCase,
    ) => Promise<void>,
    among = cases,
  ) {
    let next = 0;
    const lane = async () => {
      while (next < runs) {
        const run = next++;
        const random = randomCounts(seed * 1_000_003 + run);
        const [name, expected] = among[run % among.length] ?? [];
        if (expected === undefined) return;
        const dir = await mkdtemp(join(home, `run-${run}-`));
        try {
          await play({ store: await work.openProject(), dir, random }, expected);
        } catch (error) {
          throw new Error(`Reading ${run} of ${name} with LOG_SEED=${seed}`, { cause: error });
        }
        await rm(dir, { recursive: true });
      }
    };
    await Promise.all(Array.from({ length: lanes }, lane));
  }

  test('cut anywhere, settled or not, killed between any two steps: the same totals', async () => {
    let kills = 0;
    let corrections = 0;
    await playAll(readings, async ({ store, dir, random }, expected) => {
      const look = async (settle: boolean): Promise<void> => {
        const logs: readonly FoundLog[] = await logsAt(expected.format, dir);
        if (random.below(4) > 0) {
          const { counts } = await ingest(store, logs, { settle });
          corrections += counts.corrections;
          return;
        }
        const { fragile, hasDied } = killable(store, 1 + random.below(12));
        await ingest(fragile, logs, { settle }).catch((error) => {
          if (!hasDied()) throw error;
          kills += 1;
        });
        await store.producer.flush();
      };
      for (const { name, bytes } of await filesOf(expected)) {
        const cuts = Array.from({ length: random.below(4) }, () => random.below(bytes.length));
        for (const cut of cuts.sort((a, b) => a - b)) {
          await put(dir, name, bytes.subarray(0, cut));
          await look(random.below(2) === 0);
          if (random.below(6) === 0) {
            await truncate(join(dir, name), random.below(cut + 1));
            await look(random.below(2) === 0);
          }
        }
        await put(dir, name, bytes);
        if (random.below(2) === 0) await look(random.below(2) === 0);
      }
      await ingest(store, await logsAt(expected.format, dir));
      await expectCase(store, expected);
    });
    expect(kills).toBeGreaterThan(0);
    // One in about sixty readings corrects something, so that a short run may be without.
    if (readings >= 1_000) expect(corrections).toBeGreaterThan(0);
    console.info(`${readings} readings, ${kills} kills, ${corrections} corrections`);
  });

  const claude = cases.filter(
    ([name, { format }]) => format === 'claude-code' && name !== 'claude-odd-lines',
  );

  test('a copy of any beginning of a session changes no total, also when the original is gone', async () => {
    await playAll(
      Math.ceil(readings / 4),
      async ({ store, dir, random }, expected) => {
        const files = await filesOf(expected);
        for (const { name, bytes } of files) await put(dir, name, bytes);
        await ingest(store, await logsAt(expected.format, dir));
        const events = await countEvents(store);
        for (let copy = 0; copy < 2; copy++) {
          const file = files[random.below(files.length)];
          if (file === undefined) return;
          const { name, text } = copyOf(file, copy, random);
          await put(dir, name, Buffer.from(text));
          if (random.below(2) === 0) await rm(join(dir, file.name), { force: true });
          await ingest(store, await logsAt(expected.format, dir));
        }
        expect(await countEvents(store)).toBe(events);
        await expectCase(store, expected);
      },
      claude,
    );
  });

  test('of an original that was deleted before it was read, the copy counts once', async () => {
    await playAll(
      Math.ceil(readings / 8),
      async ({ store, dir, random }, expected) => {
        const [file] = await filesOf(expected);
        if (file === undefined) return;
        const { name, text } = copyOf(file, 0, random, { whole: true });
        await put(dir, name, Buffer.from(text));
        await put(dir, `again-${name}`, Buffer.from(text));
        await ingest(store, await logsAt(expected.format, dir));
        const original = await work.openProject();
        await rm(join(dir, name));
        await rm(join(dir, `again-${name}`));
        await put(dir, file.name, file.bytes);
        await ingest(original, await logsAt(expected.format, dir));
        const sum = async ({ database, project }: LogStore) =>
          database.query(
            `select sum(input_tokens)::integer as input, sum(output_tokens)::integer as output,
              sum(assistant_messages)::integer as messages, sum(tool_calls)::integer as calls
            from runfold_internal.session where project = $1`,
            [project],
          );
        expect(await sum(store)).toEqual(await sum(original));
      },
      claude,
    );
  });

  test.each(['original', 'copy'] as const)(
    'a watch that begins when only the %s is quiet gives each message to its original',
    async (quiet) => {
      const expected = logCase('claude-fork');
      const [format] = logFormats.filter(({ name }) => name === expected.format);
      if (format === undefined) throw new Error('Expected the format of the case.');
      const store = await work.openProject();
      const dir = await mkdtemp(join(home, 'watch-'));
      const longAgo = new Date('2026-01-01T00:00:00Z');
      for (const { name, bytes } of await filesOf(expected)) {
        await put(dir, name, bytes);
        const isOriginal = /c3000001/.test(name);
        if (isOriginal === (quiet === 'original')) await utimes(join(dir, name), longAgo, longAgo);
      }
      const ended = new AbortController();
      const faults: unknown[] = [];
      let polls = 0;
      await watchLogs({
        store,
        places: [{ path: dir, format }],
        counts: openCounts(),
        look_ms: 1,
        signal: ended.signal,
        onFault: (...fault) => faults.push(fault),
        onOutage: (error) => faults.push(error),
        onLook: () => {
          polls += 1;
          if (polls === 2) ended.abort();
        },
      });
      await ingest(store, await logsAt(expected.format, dir));
      expect(faults).toEqual([]);
      await expectCase(store, expected);
    },
  );

  test('leave totals that verify finds to be the fold of the log', async () => {
    expect((await verify(work.runfold.database)).differences).toEqual([]);
  });
});
