import { describe, expect, test } from 'vitest';
import { message, serveStore, useWorkplace } from './command-line.js';

describe('runfold ingest', () => {
  const work = useWorkplace();
  serveStore(work);

  async function totals(run_id: string) {
    const { stdout } = await work.run(['runs', 'show', run_id, '--json']);
    return JSON.parse(stdout).run;
  }

  test('folds a file, and changes nothing when the file is sent again', async () => {
    const file = await work.write('twice.ndjson', [
      message('twice'),
      // Two equal lines without an id are two events.
      message('twice'),
      '',
      { type: 'tool_call', run_id: 'twice', tool_name: 'search', error: 'boom\u001b[31m' },
      { type: 'run', run_id: 'twice', status: 'completed' },
    ]);
    const first = await work.run(['ingest', file, '--json']);
    expect(first.code).toBe(0);
    expect(JSON.parse(first.stdout)).toMatchObject({
      lines: 4,
      events: 4,
      sent: 4,
      invalid_lines: 0,
      folded: true,
      applied: 4,
      duplicates: 0,
      rejected: 0,
    });
    const before = await totals('twice');
    expect(before).toMatchObject({
      assistant_messages: 2,
      total_tokens: 30,
      tool_errors: 1,
      cost: 0.002,
    });

    const again = await work.run(['ingest', file, '--json']);
    expect(again.code).toBe(0);
    expect(JSON.parse(again.stdout)).toMatchObject({ sent: 4, applied: 0, duplicates: 4 });
    expect(await totals('twice')).toEqual(before);
  });

  test('tells of rejects, whoever folds the file', async () => {
    const file = await work.write('ours.ndjson', [message('ours', { id: 'm' })]);
    expect(await work.run(['ingest', file, '--json'])).toMatchObject({ code: 0 });
    const other = await work.write('other.ndjson', [message('ours', { id: 'm', model: 'b' })]);
    const worker = work.start(['worker']);
    await worker.waitForLine(/worker started/);
    // Each time this or that worker takes the job.
    for (let at = 0; at < 3; at++) {
      const { code, stdout } = await work.run(['ingest', other, '--wait', '--json']);
      const { rejected, rejected_meanwhile } = JSON.parse(stdout);
      expect({ code, rejected: rejected ?? rejected_meanwhile }).toEqual({ code: 1, rejected: 1 });
    }
    worker.kill('SIGTERM');
    await worker.exit;
  });

  test('says of which messages the cached tokens are more than the input', async () => {
    const metrics = { input_tokens: 10, cached_tokens: 2_000, output_tokens: 5 };
    const model = 'claude-sonnet-4-5';
    const file = await work.write('cached.ndjson', [
      message('cached', { model, metrics }),
      message('cached', { model, metrics: { ...metrics, input_tokens: 2_010 } }),
      message('cached', { model: 'acme-1', metrics: { input_tokens: 5 } }),
    ]);
    const said = await work.run(['ingest', file]);
    expect(said.stdout).toContain(
      '1 of them has more cached tokens than input tokens: input_tokens must include those read from',
    );
    const again = await work.run(['ingest', file]);
    expect(again.stdout).not.toContain('cached tokens');
  });

  test('names the models without a price, and tables say that their sums are least ones', async () => {
    const file = await work.write('unpriced.ndjson', [
      message('part', { user_id: 'unpriced' }),
      message('part', { user_id: 'unpriced', model: 'acme-1', metrics: { input_tokens: 5 } }),
      message('part', { user_id: 'unpriced', model: 'acme-1', metrics: { input_tokens: 6 } }),
      message('part', { user_id: 'unpriced', model: undefined, metrics: { input_tokens: 6 } }),
    ]);
    const said = await work.run(['ingest', file]);
    expect(said.stdout).toContain(
      '3 messages without a price, missing from the cost: 2 of acme-1, 1 of no model. See "runfold prices set --help".',
    );
    const again = await work.run(['ingest', file, '--json']);
    expect(JSON.parse(again.stdout)).toMatchObject({ applied: 0, unpriced: [] });
    const cost = `≥ $${(await totals('part')).cost.toFixed(4)}`;
    const show = await work.run(['runs', 'show', 'part']);
    expect(show.stdout).toContain(`${cost} · 3 messages without a price`);
    for (const command of [
      ['runs', 'list'],
      ['sessions', 'list'],
      ['usage', '--by', 'user', '--user', 'unpriced'],
      ['usage', '--user', 'unpriced'],
      ['top', 'users'],
      ['top', 'sessions'],
      ['daily', '--tz', 'UTC'],
    ]) {
      const { stdout } = await work.run(command);
      expect(stdout, command.join(' ')).toContain('≥ $');
    }
  });

  test('lets no stored control character reach the reader', async () => {
    const { stdout } = await work.run(['runs', 'show', 'twice']);
    expect(stdout).toContain('boom\\u001b[31m');
    expect(stdout).not.toContain('\u001b');
  });

  test('reports each bad line by number and field, takes the others, and exits with 1', async () => {
    const lines = [
      message('bad'),
      { ...message('bad'), type: 'mesage' },
      '{"type":',
      '[1]',
      message('bad', { metrics: { input_tokens: 'ten' } }),
      message('bad', { id: 'last' }),
    ].map((line) => (typeof line === 'string' ? line : JSON.stringify(line)));
    const { code, stdout, stderr } = await work.run(['ingest', '-'], { input: lines.join('\n') });
    expect(code).toBe(1);
    expect(stderr.trim().split('\n')).toEqual([
      'stdin:2: type: expected one of message, tool_call, run (did you mean message?), got "mesage"',
      'stdin:3: event: expected a line of JSON, got "{\\"type\\":", which is cut off at column 9',
      'stdin:4: event: expected an object, got an array of 1',
      'stdin:5: metrics.input_tokens: expected an integer from 0 to 2147483647, got "ten"',
    ]);
    expect(stdout).toContain('2 sent: 2 applied');
    expect(await totals('bad')).toMatchObject({ assistant_messages: 2 });
  });

  test('stops at the first bad line with --strict', async () => {
    const file = await work.write('strict.ndjson', [message('strict'), 'x', message('strict')]);
    const { code, stdout } = await work.run(['ingest', file, '--strict', '--json']);
    expect(code).toBe(1);
    expect(JSON.parse(stdout)).toMatchObject({ lines: 2, invalid_lines: 1, sent: 1, applied: 1 });
  });

  test('refuses a line of more than 16 MB by its number, and goes on', async () => {
    const input = `${JSON.stringify(message('long'))}\n${'x'.repeat(17_000_000)}\n${JSON.stringify(message('long'))}\n`;
    const { code, stdout, stderr } = await work.run(['ingest', '-', '--json'], { input });
    expect(code).toBe(1);
    expect(stderr).toBe(
      'stdin:2: line: expected a line of at most 16777216 bytes, got 17000000 bytes\n',
    );
    expect(JSON.parse(stdout)).toMatchObject({ lines: 3, sent: 2, applied: 2 });
  });

  test('says what is wrong with a file that cannot be read', async () => {
    const { code, stderr } = await work.run(['ingest', 'no-such-file']);
    expect(code).toBe(1);
    expect(stderr).toMatch(/^error: Cannot read no-such-file: ENOENT.*\n$/);
  });
});
