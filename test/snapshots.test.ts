import { join } from 'node:path';
import type { Command } from 'commander';
import pg from 'pg';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { processIo } from '#runfold/cli/io/process-io.js';
import { createProgram } from '#runfold/cli/program.js';
import { openApiOf } from '#runfold/http/openapi/openapi.js';
import type { Content, Operation } from '#runfold/http/openapi/openapi-document.js';
import { routes } from '#runfold/http/routes/routes.js';
import type { Database } from '#runfold/postgres/database.js';
import { verify } from '#runfold/projections/audit/verify.js';
import { appendAndFoldSql } from '#runfold/projections/fold/append-and-fold.js';
import { columnsOf, foldEventsSql, foldPartialsSql } from '#runfold/projections/fold/fold-sql.js';
import { projections } from '#runfold/projections/projections.js';
import { rebuild } from '#runfold/projections/rebuild/rebuild.js';
import { withTestDatabase } from '../harness/database.js';
import { describeSchema } from '../harness/describe-schema.js';
import { foldEvents } from '../harness/fold-events.js';
import { labelledEvents } from '../harness/sample-events.js';
import { describeJson } from '../harness/shape-of.js';
import { describeWithPostgres } from '../harness/suite.js';
import { openTestTier, type TestTier } from '../harness/tiers.js';
import { message, useWorkplace } from './cli/command-line.js';

/** Compares with a committed file. A change that is meant is written by `npm run snapshots`. */
async function expectSnapshot(name: string, text: string): Promise<void> {
  const file = join(import.meta.dirname, '__snapshots__', name);
  await expect(`${text}\n`, 'a change of what others see or of the SQL').toMatchFileSnapshot(file);
}

/**
 * Replaces what the statements of a projection repeat by its name: its lists of columns, and the sums of
 * its fold, which `append.sql` has in full.
 */
function withNames(text: string): string {
  let short = text;
  for (const projection of projections) {
    const { name } = projection;
    const measures = Object.keys(projection.measures);
    const sums = (sql: string) => sql.slice(0, sql.indexOf('\n  from '));
    const parts: [string, string][] = [
      [sums(foldEventsSql(projection, '')), `select <fold of ${name}>`],
      [sums(foldPartialsSql(projection, '')), `select <fold of partials of ${name}>`],
      [measures.map((one) => `${one} = excluded.${one}`).join(', '), `<measures of ${name}>`],
      ...['', 'x.', 't.', 'f.', 'l.', 'excluded.'].flatMap((alias): [string, string][] => [
        [
          columnsOf(projection)
            .map((one) => alias + one)
            .join(', '),
          `<${alias}columns of ${name}>`,
        ],
        [measures.map((one) => alias + one).join(', '), `<${alias}measures of ${name}>`],
      ]),
    ];
    for (const [long, label] of parts) if (long.length > 80) short = short.replaceAll(long, label);
  }
  return short;
}

describeWithPostgres('the generated SQL', () => {
  let database: Database;
  withTestDatabase((opened) => {
    database = opened;
  });
  beforeAll(async () => {
    await foldEvents(database, labelledEvents(40));
  });

  /** The statements about totals that `work` runs, each once, in the order of the alphabet. */
  async function statementsOf(work: () => Promise<unknown>): Promise<string> {
    const query = vi.spyOn(pg.Client.prototype, 'query');
    try {
      await work();
      const texts = query.mock.calls.map(([given]) =>
        typeof given === 'string' ? given : ((given as { text?: string }).text ?? ''),
      );
      const about = texts
        // What a statement is sent with: its settings and its transaction.
        .map((text) =>
          text.replace(/^begin;(\s*set local [^;]*;)*\s*/, '').replace(/; commit$/, ''),
        )
        .map((text) => text.replace(/runfold_rebuild_\w+/g, 'runfold_rebuild'))
        .map((text) => text.replace(/'\(\d+,0\)'/g, "'(0,0)'"))
        .map((text) => text.replace(/% (\d+) = \d+/g, '% $1 = 0'))
        .filter((text) => /^(select|insert|delete|with)\b/.test(text))
        .filter((text) => /runfold_rebuild\.|full join|\) expected,/.test(text));
      return [...new Set(about.map(withNames))].sort().join(';\n\n');
    } finally {
      query.mockRestore();
    }
  }

  test('that appends and folds', async () => {
    await expectSnapshot('append.sql', appendAndFoldSql(projections, { ends_holds: true }));
  });

  test('that verifies, wholly and by a sample', async () => {
    const found = await statementsOf(async () => {
      await verify(database);
      await verify(database, { sample: 2 });
    });
    await expectSnapshot('verify.sql', found);
  });

  test('that rebuilds, row by row and by new tables', async () => {
    const found = await statementsOf(async () => {
      for (const repair_limit of [1_000, 1]) {
        await database.query('update runfold_internal.run set messages = messages + 1');
        const { outcome } = await rebuild(database, { repair_limit, lanes: 1 });
        expect(outcome).toBe(repair_limit === 1 ? 'swapped' : 'repaired');
      }
    });
    await expectSnapshot('rebuild.sql', found);
  });
});

test('the HTTP service: requests, responses and their schemas', async () => {
  const { paths, components } = openApiOf(routes, '0.0.0');
  const bodies = (content: Content = {}) =>
    Object.entries(content).map(([type, { schema }]) => `${type} ${describeSchema(schema)}`);
  const operation = (method: string, path: string, one: Operation) => {
    const parameters = (one.parameters ?? []).map(
      ({ name, in: place, required, schema }) =>
        `  ${place} ${name}${required ? '' : '?'}: ${describeSchema(schema)}`,
    );
    const received = bodies(one.requestBody?.content).map((body) => `  body ${body}`);
    const answers = Object.entries(one.responses).flatMap(([status, { content }]) => {
      const shown = bodies(content).filter((body) => !body.startsWith('application/problem'));
      return shown.length === 0 ? [] : shown.map((body) => `  ${status} ${body}`);
    });
    const bare = Object.entries(one.responses)
      .filter(([status]) => !answers.some((answer) => answer.startsWith(`  ${status}`)))
      .map(([status]) => status);
    const others = bare.length === 0 ? [] : [`  ${bare.join(' ')}`];
    const head = `${method.toUpperCase()} ${path} (${one.operationId})`;
    return [head, ...parameters, ...received, ...answers, ...others].join('\n');
  };
  const operations = Object.entries(paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, one]) => operation(method, path, one)),
  );
  const schemas = Object.entries(components.schemas)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, schema]) => `${name} = ${describeSchema(schema)}`);
  await expectSnapshot('http.txt', [...operations, ...schemas].join('\n'));
});

/**
 * Every command with `--json`, with arguments for a store of sample events, in an order in which each
 * finds what it needs. A word in braces is a field of the output before.
 */
const lines: readonly string[] = [
  'status',
  'ingest more.ndjson --wait',
  'replay log.ndjson',
  'rejects list',
  'rejects show {items.0.id}',
  'rejects retry --all',
  'rejects drop --all',
  'daily --from 2026-02-01T00:00:00Z',
  'weekly --from 2026-02-01T00:00:00Z',
  'monthly --from 2026-02-01T00:00:00Z',
  'blocks --from 2026-02-01T00:00:00Z --to 2026-02-03T00:00:00Z',
  'runs list',
  'runs show sample-run-1',
  'runs waiting',
  'sessions list',
  'sessions show sample-session-1',
  'usage --from 2026-02-01T00:00:00Z --to 2026-02-03T00:00:00Z --by model',
  'tools --from 2026-02-01T00:00:00Z --to 2026-02-03T00:00:00Z',
  'top models --from 2026-02-01T00:00:00Z --to 2026-02-03T00:00:00Z',
  'top sessions --from 2026-02-01T00:00:00Z --to 2026-02-03T00:00:00Z',
  'correct sample-1 --session sample-session-0 --set cost=1 --dry-run',
  'void sample-1 --session sample-session-0',
  'labels list',
  'labels values customer',
  'prices set model-a --input 1 --output 2',
  'prices list',
  'prices drop model-a',
  'reprice',
  'budgets create spend --limit 0.01 --window day',
  'budgets list',
  'budgets show spend',
  'budgets check --cost 1',
  'budgets check --cost 0.001 --hold-seconds 60',
  'budgets release {hold_id}',
  'budgets drop spend',
  'channels create ops --webhook https://example.com/hook',
  'channels list',
  'alerts create rejects --kind rejects --above 1 --channel ops',
  'alerts list',
  'alerts mute rejects --minutes 5',
  'alerts unmute rejects',
  'alerts history',
  'alerts drop rejects',
  'channels drop ops',
  'projects create shop',
  'projects zone 2 Europe/Berlin',
  'projects list',
  'keys create --scope read',
  'keys list',
  'keys revoke {items.0.id}',
  'shards list',
  'verify',
  'verify --sample 2',
  'rebuild --dry-run',
];

/** Commands that fail in that store. */
const failing: readonly string[] = [
  'runs show nothing',
  'sessions show nothing',
  'rejects show 0',
  'rejects retry 0',
  'ingest nothing.ndjson',
  'replay more.ndjson',
  'correct nothing --set cost=1',
  'correct sample-1 --set nothing=1',
  'void nothing',
  'budgets show nothing',
  'alerts drop nothing',
  'alerts mute nothing --minutes 0',
  'alerts unmute nothing',
  'labels values Nothing',
  'channels drop nothing',
  'keys create --scope nothing',
  'keys revoke nothing',
  'projects zone 2 Nowhere',
  'top nothing',
  'usage --by nothing',
  'verify --sample 0',
];

describeWithPostgres('a command', () => {
  const work = useWorkplace();
  let home: TestTier;
  beforeAll(async () => {
    home = await openTestTier('postgres');
    work.surround({ ...home.env, RUNFOLD_SECRET_KEY: 'a'.repeat(64), NO_COLOR: '1' });
    await foldEvents(home.tier.database, [...labelledEvents(40), { type: 'message', run_id: 7 }]);
    await work.write('more.ndjson', [message('more', { id: 'more-1' })]);
    await work.run(['export', 'log.ndjson']);
  });
  afterAll(() => home.close());

  /** Every command with its own arguments: `runs list`. */
  function leaves(command: Command, path: readonly string[] = []): [string, Command][] {
    if (command.commands.length === 0) return [[path.join(' '), command]];
    return command.commands.flatMap((one) => leaves(one, [...path, one.name()]));
  }

  test('with --json prints a known shape, and ends with a known code', async () => {
    const all = leaves(await createProgram(processIo()));
    const withJson = all.filter(([, { options }]) => options.some(({ long }) => long === '--json'));
    // What a doctor finds depends on the machine. Shards move on Citus only.
    const elsewhere = [
      ...['doctor', 'watch', 'replicate', 'alerts test'],
      ...['shards create', 'shards move', 'shards rebalance'],
    ];
    const missing = withJson
      .map(([name]) => name)
      .filter((name) => !lines.some((line) => `${line} `.startsWith(`${name} `)))
      .filter((name) => !elsewhere.includes(name));
    expect(missing).toEqual([]);

    const shown: string[] = [];
    const silent: string[] = [];
    let before: unknown;
    for (const line of lines) {
      const args = line.split(' ').map((word) => fieldOf(word, before));
      const { code, stdout, stderr } = await work.run([...args, '--json']);
      if (!/^[{[]/.test(stdout)) {
        silent.push(`${line}: ${code}, ${stderr}`);
        continue;
      }
      before = JSON.parse(stdout);
      shown.push(`${line}: ${code}\n  ${describeJson(stdout)}`);
    }
    expect(silent).toEqual([]);
    for (const line of failing) {
      const { code, stdout } = await work.run([...line.split(' '), '--json']);
      shown.push(`${line}: ${code}${stdout === '' ? '' : `\n  ${describeJson(stdout)}`}`);
    }
    await expectSnapshot('commands.txt', shown.join('\n'));
  });

  test('explains itself with 0, and refuses an option that it does not have with 2', async () => {
    for (const [name] of leaves(await createProgram(processIo()))) {
      const [help, wrong] = ['--help', '--no-such-option'].map((flag) =>
        work.run([...name.split(' '), flag]),
      );
      expect([name, (await help)?.code, (await wrong)?.code]).toEqual([name, 0, 2]);
    }
  });
});

/** `{items.0.id}` is a field of a document; other words are themselves. */
function fieldOf(word: string, document: unknown): string {
  const path = /^\{(.+)\}$/.exec(word)?.[1];
  if (path === undefined) return word;
  const found = path
    .split('.')
    .reduce<unknown>((one, name) => (one as Record<string, unknown>)?.[name], document);
  return String(found);
}
