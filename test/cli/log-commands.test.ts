import { cp, mkdir, readFile, rm, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { watchStatus } from '#runfold/cli/logs/today-line.js';
import { openCounts } from '#runfold/logs/log-summary.js';
import { createProject } from '#runfold/store/projects.js';
import { describeWithPostgres } from '../../harness/suite.js';
import { openTestService, type TestService } from '../http/http-service.js';
import { fixtures, logCase } from '../logs/log-cases.js';
import { useWorkplace } from './command-line.js';

describeWithPostgres('commands on logs', () => {
  const work = useWorkplace();
  let service: TestService;
  let projects = 0;
  beforeAll(async () => {
    service = await openTestService('postgres');
    const { hostname, port } = new URL(service.http.url);
    work.surround({
      ...service.home.env,
      HOME: join(work.dir, 'home'),
      RUNFOLD_HTTP_HOST: hostname,
      RUNFOLD_HTTP_PORT: port,
    });
  });
  afterAll(() => service?.close());

  /** Runs a command in a separate project. */
  async function inProject() {
    const { database } = service.home.tier;
    const { id } = await createProject(database, { name: `logs-${++projects}` });
    const env = { RUNFOLD_PROJECT: String(id) };
    const run = async (args: readonly string[], input?: string) => {
      const done = await work.run(args, { env, ...(input === undefined ? {} : { input }) });
      const json = args.includes('--json') && done.stdout !== '' ? JSON.parse(done.stdout) : {};
      return { ...done, json };
    };
    const costs = () =>
      database.query<{ id: string; cost: number | null; cost_source: string | null }>(
        `select id, cost::float8 as cost, cost_source from runfold.messages
        where project = $1 order by id collate "C"`,
        [id],
      );
    return { run, costs, id };
  }
  const fixture = (name: string) => join(fixtures, logCase(name).path);

  test('read standard input as a log, once however often it comes', async () => {
    const { run, costs } = await inProject();
    const text = await readFile(fixture('litellm'), 'utf8');
    const read = ['ingest', '-', '--format', 'litellm', '--wait', '--json'];
    const first = await run(read, text);
    expect(first.json).toMatchObject({ files: 1, messages: 4, formats: ['litellm'] });
    const second = await run(read, `${text}no JSON\n`);
    expect(second.json).toMatchObject({ invalid_lines: first.json.invalid_lines + 1 });
    expect(await costs()).toHaveLength(4);
    expect(second.stderr).toMatch(/^stdin:\d+: record: expected a JSON object, got other text$/m);
    // No file is remembered that will not be read again.
    const { database } = service.home.tier;
    expect(await database.query('select from runfold_internal.log_file')).toEqual([]);
    const both = await run(['ingest', '-', 'more', '--format', 'litellm']);
    expect({ code: both.code, stderr: both.stderr }).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('-: expected standard input alone'),
    });
  });

  test('tell the format of each file by its first lines', async () => {
    const { run } = await inProject();
    const dir = join(work.dir, 'mixed');
    const names = ['claude-partials', 'codex-repeats', 'litellm', 'api-responses', 'opencode-run'];
    for (const name of names) {
      await cp(fixture(name), join(dir, name, fixture(name).split('/').at(-1) ?? ''), {
        recursive: true,
      });
    }
    await writeFile(join(dir, 'other.jsonl'), '{"nobody":"knows"}\n');
    const { json, stderr, code } = await run(['ingest', dir, '--format', 'auto', '--json']);
    expect(code).toBe(1);
    expect([...json.formats].sort()).toEqual(
      [...new Set(names.map((name) => logCase(name).format))].sort(),
    );
    expect(stderr).toContain('other.jsonl: expected a log of a known format, got another file');
    const { messages } = json;
    const wanted = names.flatMap((name) => {
      const { messages: listed, failed_calls = [] } = logCase(name);
      return [...listed, ...failed_calls];
    });
    expect(messages).toBe(wanted.length);
  });

  test('read a document over several lines from standard input, and tell its format', async () => {
    const session = {
      info: { id: 'ses_1', time: { created: 1_772_000_000_000 } },
      messages: [
        {
          info: { role: 'assistant', sessionID: 'ses_1', time: { created: 1_772_000_000_500 } },
          parts: [{ id: 'prt_1', type: 'step-finish', tokens: { input: 5, output: 2 }, cost: 0.5 }],
        },
      ],
    };
    const chat = {
      sessionId: 's-1',
      projectHash: 'h',
      messages: [
        {
          id: 'g-1',
          type: 'gemini',
          timestamp: '2026-01-01T10:00:00Z',
          tokens: { input: 10, output: 5 },
        },
      ],
    };
    const { run } = await inProject();
    const dir = join(work.dir, 'documents');
    await mkdir(dir);
    for (const [format, document] of [
      ['opencode', session],
      ['gemini-cli', chat],
    ] as const) {
      const text = `${JSON.stringify(document, null, 2)}\n`;
      const piped = await run(['ingest', '-', '--format', format, '--json'], text);
      expect(piped.json).toMatchObject({ messages: 1, invalid_lines: 0, files_failed: 0 });
      await writeFile(join(dir, `session-${format}.json`), text);
    }
    const auto = await run(['ingest', dir, '--format', 'auto', '--json', '--dry-run']);
    expect(auto).toMatchObject({ code: 0, json: { messages: 2 } });
    expect([...auto.json.formats].sort()).toEqual(['gemini-cli', 'opencode']);
  });

  test('leave out files that have not changed since, and count without a store', async () => {
    const { run } = await inProject();
    const dir = join(work.dir, 'aged');
    await cp(fixture('claude-partials'), dir, { recursive: true });
    const old = join(dir, '-w-shop/c1000001-0000-4000-8000-000000000001.jsonl');
    await utimes(old, new Date('2026-01-01'), new Date('2026-01-01'));
    const read = (...flags: string[]) =>
      run(['ingest', dir, '--format', 'claude-code', '--json', '--wait', ...flags]);
    const all = await read('--dry-run');
    const since = await read('--dry-run', '--since', '30d');
    expect([all.json.files, since.json.files]).toEqual([2, 1]);
    expect(since.json.messages).toBeLessThan(all.json.messages);
    const given = await read('--since', '2026-02-01T00:00:00Z');
    expect(given.json).toMatchObject({ files: 1, messages: since.json.messages, dry_run: false });
    expect((await read('--since', 'yesterday')).code).toBe(2);
    expect((await read()).json).toMatchObject({
      files: 2,
      messages: all.json.messages - since.json.messages,
    });
  });

  test('take reported costs, or price every message', async () => {
    const read = ['ingest', fixture('litellm'), '--format', 'litellm', '--wait'];
    const auto = await inProject();
    await auto.run(read);
    const priced = await inProject();
    await priced.run([...read, '--cost', 'priced']);
    const { messages } = logCase('litellm');
    const sum = (name: 'reported_cost' | 'priced_cost') =>
      messages.reduce((all, row) => all + Number(row[name] ?? 0), 0);
    const total = (rows: readonly { cost: number | null }[]) =>
      rows.reduce((all, { cost }) => all + (cost ?? 0), 0);
    expect(total(await auto.costs())).toBeCloseTo(sum('reported_cost'), 9);
    expect(total(await priced.costs())).toBeCloseTo(sum('priced_cost'), 9);
    const sources = new Set((await priced.costs()).map(({ cost_source }) => cost_source));
    expect(sources.has('reported')).toBe(false);
  });

  test('say of a failed call how it failed, without its text', async () => {
    const { run, id } = await inProject();
    const failed = {
      id: 'failed-1',
      call_type: 'acompletion',
      startTime: 1_795_000_000,
      endTime: 1_795_000_001,
      status: 'failure',
      response_cost: 0,
      model: 'gpt-5',
      error_information: { error_class: 'RateLimitError', error_message: 'content' },
    };
    const lines = [
      failed,
      { ...failed, id: 'failed-2', error_information: { error_class: 'a b' } },
    ];
    const input = lines.map((line) => JSON.stringify(line)).join('\n');
    await run(['ingest', '-', '--format', 'litellm', '--wait'], `${input}\n`);
    const rows = await service.home.tier.database.query(
      `select id, error, error_text from runfold.messages where project = $1 order by id`,
      [id],
    );
    expect(rows).toEqual([
      { id: 'failed-1', error: true, error_text: 'RateLimitError' },
      { id: 'failed-2', error: true, error_text: null },
    ]);
  });

  test('report days, weeks and months in a zone, and blocks of five hours', async () => {
    const { run } = await inProject();
    const expected = logCase('claude-midnight');
    await run(['ingest', fixture('claude-midnight'), '--format', 'claude-code', '--wait']);
    const range = ['--from', '2026-03-01T00:00:00Z', '--to', '2026-03-20T00:00:00Z'];
    for (const [zone, days] of Object.entries(expected.days)) {
      const { json } = await run(['daily', ...range, '--tz', zone, '--json']);
      const figures = ({ input_tokens, output_tokens, messages }: Record<string, unknown>) => ({
        input_tokens,
        output_tokens,
        messages,
      });
      expect(
        json.periods.map(({ period, ...row }: Record<string, unknown>) => ({
          day: period,
          ...figures(row),
        })),
      ).toEqual(days.map(({ day, ...row }) => ({ day, ...figures(row) })));
      expect(json.total.total_tokens).toBe(expected.total.total_tokens);
    }
    const week = await run(['weekly', ...range, '--tz', 'UTC', '--json']);
    // The second of March is a Monday.
    expect(week.json.periods.map(({ period }: { period: string }) => period)).toEqual([
      '2026-03-02',
      '2026-03-09',
    ]);
    const month = await run(['monthly', ...range, '--tz', 'UTC', '--breakdown']);
    expect(month.stdout).toContain('2026-03');
    expect(month.stdout).toContain('claude-haiku-4-5-20251001');
    const csv = await run(['daily', ...range, '--tz', 'UTC', '--csv']);
    expect(csv.stdout.trim().split('\n')).toHaveLength(1 + (expected.days.UTC?.length ?? 0));
    const blocks = await run(['blocks', ...range, '--json']);
    expect(
      blocks.json.blocks.map((block: Record<string, unknown>) => ({
        start: Date.parse(String(block.start)),
        input_tokens: block.input_tokens,
        is_active: block.is_active,
      })),
    ).toEqual(
      (expected.blocks_5h ?? []).map(({ start, input_tokens }) => ({
        start: Date.parse(String(start)),
        input_tokens,
        is_active: false,
      })),
    );
    expect((await run(['blocks', '--active', '--json'])).json).toEqual({ blocks: [] });
  });

  test('print one line for the prompt of an agent, whatever becomes of the service', async () => {
    const { headers } = await service.key(1, ['ingest', 'read']);
    const key = headers.authorization.slice('Bearer '.length);
    const event = {
      type: 'message',
      role: 'assistant',
      session_id: 'now',
      run_id: 'r',
      model: 'm',
      occurred_at: new Date().toISOString(),
      metrics: { input_tokens: 70, output_tokens: 5, cost: 0.25 },
    };
    const sent = await service.fetch('/v1/events?wait=true', {
      method: 'POST',
      body: JSON.stringify([event]),
      headers: { ...headers, 'content-type': 'application/json' },
    });
    expect(sent.status).toBe(200);
    const { run } = await inProject();
    const line = ['statusline', '--key', key, '--timeout', '60000'];
    const shown = await run(line, JSON.stringify({ session_id: 'now' }));
    expect(shown.stdout).toMatch(
      /^session \$0\.2500, 75 tokens · today \$0\.2500 · block \$0\.2500, [\dhms ]+ left\n$/,
    );
    const other = await run(line, 'no JSON');
    expect(other.stdout).toMatch(/^today \$0\.2500 · block/);
    // One more message without a price is missing from each sum.
    const unpriced = { ...event, model: 'unknown', metrics: { input_tokens: 5 } };
    const more = await service.fetch('/v1/events?wait=true', {
      method: 'POST',
      body: JSON.stringify([unpriced]),
      headers: { ...headers, 'content-type': 'application/json' },
    });
    expect(more.status).toBe(200);
    const least = await run(line, JSON.stringify({ session_id: 'now' }));
    expect(least.stdout).toMatch(
      /^session ≥ \$0\.2500, 80 tokens · today ≥ \$0\.2500 · block ≥ \$0\.2500, /,
    );
    const blocks = await work.run(['blocks', '--active']);
    expect(blocks.stdout).toContain('≥ $0.2500');
    const { database } = service.home.tier;
    expect((await watchStatus(database, 1, openCounts())).today).toMatchObject({
      cost: 0.25,
      unpriced_messages: 1,
    });
    const away = await work.run(['statusline'], { env: { RUNFOLD_HTTP_PORT: '1' } });
    expect({ code: away.code, stdout: away.stdout }).toEqual({
      code: 0,
      stdout: 'runfold: no service\n',
    });
    expect((await run(['statusline', '--timeout', 'soon'])).code).toBe(2);
  });

  test('look where logs lie by default, and say where that is', async () => {
    const { run } = await inProject();
    const none = await run(['ingest', '--format', 'claude-code']);
    expect(none.code).toBe(2);
    expect(none.stderr).toContain(join(work.dir, 'home', '.claude', 'projects'));
    const home = join(work.dir, 'home', '.claude');
    await mkdir(home, { recursive: true });
    await cp(fixture('claude-partials'), join(home, 'projects'), { recursive: true });
    const found = await run(['ingest', '--format', 'agents', '--json', '--wait']);
    expect(found.json).toMatchObject({ formats: ['claude-code'], files: 2 });
    await rm(join(work.dir, 'home'), { recursive: true });
  });
});
