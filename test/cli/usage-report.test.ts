import { afterAll, beforeAll, expect, test } from 'vitest';
import { openDatabase } from '#runfold/postgres/database.js';
import { createTestDatabase, type TestDatabase } from '../../harness/database.js';
import { foldEvents } from '../../harness/fold-events.js';
import { describeWithPostgres } from '../../harness/suite.js';
import { message, useWorkplace } from './command-line.js';

describeWithPostgres('the commands on usage', () => {
  const place = useWorkplace();
  let home: TestDatabase;
  const run = (args: readonly string[]) => place.run(args, { env: { DATABASE_URL: home.url } });
  const range = ['--from', '2026-03-08T05:00:00Z', '--to', '2026-03-10T04:00:00Z'];
  const zone = ['--tz', 'America/New_York'];

  beforeAll(async () => {
    const labels = { customer: 'acme' };
    const common = { session_id: 's-1', user_id: 'ann', agent_id: 'writer', labels };
    home = await createTestDatabase();
    const database = openDatabase(home.url);
    await foldEvents(database, [
      message('run-1', {
        ...common,
        id: 'm-1',
        model: '=cmd',
        occurred_at: '2026-03-08T06:30:00Z',
      }),
      message('run-1', {
        ...common,
        id: 'm-2',
        model: 'model-b',
        occurred_at: '2026-03-09T23:00:00Z',
      }),
      message('run-1', {
        ...common,
        id: 'm-3',
        model: 'gpt-5',
        provider: 'openai',
        occurred_at: '2026-03-09T23:30:00Z',
        metrics: { input_tokens: 1_000, output_tokens: 100 },
      }),
      {
        type: 'tool_call',
        tool_name: 'search',
        id: 't-1',
        run_id: 'run-1',
        ...common,
        error: true,
        occurred_at: '2026-03-08T06:31:00Z',
        metrics: { time: 2 },
      },
    ]);
    await database.close();
  });

  afterAll(() => home.drop());

  test('usage adds up the names of options given again, and takes one figure to show', async () => {
    const usage = (...args: string[]) => run(['usage', ...range, ...args]);
    const { stdout } = await usage('--by', 'user', '--by', 'model', '--csv', '--figures', 'cost');
    expect(stdout).toMatch(/^bucket_start,bucket_local,user_id,model,cost$/m);
    const figures = await usage('--csv', '--figures', 'cost', '--figures', 'input_tokens,runs');
    expect(figures.stdout).toMatch(/,cost,input_tokens,runs$/m);
    const two = await usage('--figure', 'cost,runs');
    expect(two).toMatchObject({ code: 2, stdout: '' });
    expect(two.stderr).toContain('--figure: expected one figure, got "cost,runs". --figures takes');
  });

  test.each([['daily'], ['weekly'], ['monthly'], ['blocks'], ['usage']])(
    'of an empty range say where there is something: %s',
    async (command) => {
      const { code, stdout } = await run([
        command,
        '--since',
        '1d',
        '--to',
        '2020-01-02T00:00:00Z',
      ]);
      expect(code).toBe(0);
      expect(stdout).toMatch(
        /^Nothing was used from 2020-01-01T\S+ to 2020-01-02T\S+ There are events from 2026-03-08T\S+ to 2026-03-09T\S+: see --from and --to\.\n$/,
      );
    },
  );

  test('usage and lists know labels', async () => {
    const rows = (await run(['labels', 'list', '--csv'])).stdout;
    expect(rows).toMatch(
      /^name,values,has_more_values,last_used_at\ncustomer,"\[""acme""\]",false,20/,
    );
    expect((await run(['labels', 'values', 'customer', '--csv'])).stdout).toMatch(
      /^value,last_used_at\nacme,20/,
    );
    const by = [
      '--by',
      'label:customer,model',
      '--label',
      'customer=acme',
      '--label',
      'customer=x',
    ];
    const { stdout } = await run(['usage', ...range, ...by]);
    expect(stdout).toMatch(/^customer · model /);
    expect(stdout).toMatch(/acme · gpt-5/);
    const { stdout: lines } = await run(['usage', ...range, '--by', 'label:customer', '--csv']);
    expect(lines).toMatch(/^bucket_start,bucket_local,label:customer,/);
    const list = async (text: string) =>
      JSON.parse((await run(['runs', 'list', '--label', text, '--json'])).stdout).items.length;
    expect([await list('customer=acme'), await list('customer=x')]).toEqual([1, 0]);
    const { stdout: sessions } = await run([
      'sessions',
      'list',
      '--label',
      'customer=acme',
      '--json',
    ]);
    expect(JSON.parse(sessions).items).toHaveLength(1);
    const { code, stderr } = await run(['usage', ...range, '--by', 'label:customer,user']);
    expect({ code, stderr }).toMatchObject({
      stderr: expect.stringContaining('label:*, provider, model'),
    });
    expect(code).not.toBe(0);
  });

  test('usage draws the days of a zone, the one of 23 hours among them', async () => {
    const { code, stdout } = await run(['usage', ...range, ...zone]);
    expect(code).toBe(0);
    expect(stdout).toMatch(/^2026-03-08 +\$0\.0010 {2}█+.*\n2026-03-09 +≥ \$0\.0010 {2}█+\n/);
    const { stdout: json } = await run(['usage', ...range, ...zone, '--json']);
    const series = JSON.parse(json);
    expect(series.time_zone).toBe('America/New_York');
    expect(series.rows.map((row: { bucket_start: string }) => row.bucket_start)).toEqual([
      '2026-03-08T05:00:00.000Z',
      '2026-03-09T04:00:00.000Z',
    ]);
    expect(series.rows[1].cost).toBe(0.001);
  });

  test('groups have the names of HTTP and TypeScript too', async () => {
    const by = async (names: string) => run(['usage', '--by', names, ...range]);
    const short = await by('user,model');
    expect(short.code).toBe(0);
    expect(await by('user_id, model')).toEqual(short);
  });

  test('CSV has a header, a line a row, and no formula', async () => {
    const { stdout } = await run(['usage', '--by', 'model', ...range, ...zone, '--csv']);
    const [head = '', ...lines] = stdout.trim().split('\n');
    expect(head).toMatch(/^bucket_start,bucket_local,model,assistant_messages,/);
    expect(lines).toHaveLength(6);
    expect(lines.filter((line) => line.includes(",'=cmd,"))).toHaveLength(2);
    expect(new Set(lines.map((line) => line.split(',').length))).toEqual(
      new Set([head.split(',').length]),
    );
  });

  test('errors name the flags of the command, not the fields of a query', async () => {
    const said = async (...words: string[]) => (await run(words)).stderr;
    const figure = /^error: --%: expected a figure that is kept by user: runs, /;
    const of = (flag: string) => new RegExp(figure.source.replace('%', flag));
    expect(await said('top', 'users', '--by', 'time_p95', ...range)).toMatch(of('by'));
    const usage = ['usage', '--by', 'user', '--figure', 'time_p95', ...range];
    expect(await said(...usage)).toMatch(of('figure'));
    const figures = ['usage', '--by', 'user', '--figures', 'cost,time_p95', ...range];
    for (const more of [[], ['--json'], ['--csv']]) {
      expect(await said(...figures, ...more)).toMatch(of('figures'));
    }
    expect(await said('runs', 'list', '--from', 'yesterday')).toMatch(
      /^error: --from: expected an RFC 3339 time .*, got "yesterday"\.\n$/,
    );
    for (const flag of ['--session', '--user', '--agent', '--model']) {
      const { code, stderr } = await run(['runs', 'list', flag, '']);
      expect([code, stderr]).toEqual([
        2,
        `error: ${flag}: expected a string that is not empty, got "".\n`,
      ]);
    }
    expect(await said('usage', '--user', '', ...range)).toMatch(
      /^error: --user: expected a string/,
    );
    expect(await said('sessions', 'list', '--since', 'long')).toMatch(
      /^error: --since: expected a duration .*, got "long"\.\n$/,
    );
    expect(await said('runs', 'list', '--cursor', 'x')).toMatch(
      /^error: --cursor: expected the next_cursor of a page .*, got "x"\.\n$/,
    );
  });

  test('runs and sessions as CSV: a header without rows too', async () => {
    for (const what of ['runs', 'sessions']) {
      const { stdout, stderr } = await run([what, 'list', '--csv']);
      const [head = '', ...lines] = stdout.trim().split('\n');
      expect(head).toMatch(/^project,session_id,/);
      expect(lines).toHaveLength(1);
      expect(lines.map((line) => line.split(',').length)).toContain(head.split(',').length);
      expect(stderr).not.toContain('--cursor');
      const none = await run([what, 'list', '--user', 'nobody', '--csv']);
      expect(none.stdout).toBe(`${head}\n`);
    }
  });

  test('runs and sessions since a time', async () => {
    const since = async (what: string, ...words: string[]) =>
      JSON.parse((await run([what, 'list', '--json', ...words])).stdout).items.length;
    const to = ['--to', '2026-03-09T12:00:00Z'];
    for (const what of ['runs', 'sessions']) {
      expect(await since(what, '--since', '4w', ...to)).toBe(1);
      expect(await since(what, '--since', '90m', ...to)).toBe(0);
    }
  });

  test('a project that nobody created and that has no events is told', async () => {
    for (const command of [['runs', 'list'], ['usage'], ['top', 'users']]) {
      const { stderr } = await run([...command, '--project', '99']);
      expect(stderr).toMatch(
        /^Project 99 was not created and has no events: see "runfold projects list"\.$/m,
      );
    }
    expect((await run(['runs', 'list'])).stderr).not.toContain('Project');
  });

  test('tools and top rank', async () => {
    const tools = await run(['tools', ...range]);
    expect(tools.stdout).toMatch(/search +1 +1 +100 % +2\.0 s/);
    const early = '2000-12-01T00:00:00Z';
    for (const what of ['sessions', 'users', 'models', 'tools']) {
      const args = ['top', what, ...range, ...(what === 'tools' ? ['--by', 'tool_calls'] : [])];
      const { code, stdout } = await run([...args, '--json']);
      expect({ code, rows: JSON.parse(stdout).rows.length }).toEqual({
        code: 0,
        rows: what === 'models' ? 3 : 1,
      });
      const { stdout: full } = await run([...args, '--csv']);
      const empty = await run([...args, '--csv', '--to', '2001-01-01T00:00:00Z', '--from', early]);
      expect(empty.stdout).toBe(`${full.split('\n')[0]}\n`);
      expect(full).toMatch(/^\w+(,\w+){5,}\n/);
    }
    const wrong = await run(['top', 'users', '--by', 'beauty']);
    expect([wrong.code, wrong.stdout]).toEqual([2, '']);
    expect(wrong.stderr).toMatch(/^error: --by: expected one of .*, got "beauty"\.$/m);
  });

  test('reprice says what it did, and then finds nothing to do', async () => {
    const first = await run(['reprice', '--json']);
    expect(JSON.parse(first.stdout)).toMatchObject({
      messages: 3,
      reported: 2,
      corrected: 1,
      cost_before: 0,
      difference: 0.00225,
    });
    const again = await run(['reprice']);
    expect(again.code).toBe(0);
    expect(again.stdout).toContain('0 corrections appended: $0.00 → $0.00 (+$0.00)');
    const wrong = await run(['reprice', '--from', 'monday']);
    expect(wrong.code).toBe(2);
  });
});
