import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { getRunMetrics } from '#runfold/query/agno/run-metrics.js';
import { listMessages } from '#runfold/query/log/messages.js';
import { getRun } from '#runfold/query/totals/runs.js';
import { foldEvents } from '../../harness/fold-events.js';
import { fastestTier, openTestTier, type TestTier } from '../../harness/tiers.js';
import { message, useWorkplace } from './command-line.js';

const event = (id: string, session_id: string, more = {}) =>
  message('one', { id, session_id, occurred_at: '2026-01-01T00:00:00Z', ...more });

describe('runfold correct and void', () => {
  const work = useWorkplace();
  let home: TestTier;
  const run = (...args: string[]) => work.run(args, { env: home.env });
  const one = { run_id: 'one', session_id: 's-1' };
  const totals = () => getRun(home.tier.database, one);
  const messages = async () => (await listMessages(home.tier.database, one)).items;
  beforeAll(async () => {
    home = await openTestTier(fastestTier());
    await foldEvents(home.tier.database, [
      event('m-1', 's-1'),
      event('m-2', 's-1', { metrics: { output_tokens: 7, prompt_tokens_details: { cached: 1 } } }),
      event('m-2', 's-2'),
    ]);
  });
  afterAll(() => home?.close());

  test('changes nothing with --dry-run, then the totals once, however often it is given', async () => {
    const set = ['correct', 'm-1', '--set', 'input_tokens=123', '--set', 'cost=0.01'];
    const dry = await run(...set, '--dry-run', '--json');
    expect(JSON.parse(dry.stdout)).toMatchObject({
      applied: false,
      changes: [
        { name: 'input_tokens', from: 10, to: 123 },
        { name: 'cost', from: 0.001, to: 0.01 },
        { name: 'total_tokens', from: 15, to: 128 },
      ],
    });
    expect(await totals()).toMatchObject({ input_tokens: 10 });

    const { code, stdout, stderr } = await run(...set);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(stdout).toMatch(/^Event m-1 {2}message of assistant, run one, session s-1$/m);
    expect(stdout).toMatch(/^total_tokens +15 +128$/m);
    expect(stdout).toMatch(/^✓ Corrected/m);
    const again = await run(...set);
    expect({ code: again.code, stdout: again.stdout }).toEqual({
      code: 0,
      stdout: 'Nothing to correct: the event has these figures already.\n',
    });
    expect(await totals()).toMatchObject({
      input_tokens: 123,
      total_tokens: 135,
      assistant_messages: 2,
    });
    expect(await messages()).toMatchObject([
      { id: 'm-1', corrections: 1, input_tokens: 123, cost: 0.01 },
      { id: 'm-2', corrections: 0, output_tokens: 7 },
    ]);
    const shown = await run('runs', 'show', 'one', '--session', 's-1');
    expect(shown.stdout.match(/corrected$/gm)).toHaveLength(1);
  });

  test('takes the figures of a voided event out of the totals, and still counts it', async () => {
    const voided = await run('void', 'm-2', '--session', 's-1', '--json');
    expect(voided.code, voided.stderr).toBe(0);
    expect(JSON.parse(voided.stdout)).toMatchObject({
      applied: true,
      event: { session_id: 's-1', run_id: 'one', id: 'm-2' },
    });
    expect(await totals()).toMatchObject({ output_tokens: 5, assistant_messages: 2 });
    expect(await getRunMetrics(home.tier.database, one)).toMatchObject({
      output_tokens: [5, 0],
      prompt_tokens_details: [{ cached: 1 }],
    });
  });

  test('says what it cannot correct', async () => {
    const cases = [
      [['void', 'none'], 1, 'There is no event "none" in this project.'],
      [['void', 'm-2'], 1, 'in each of the sessions s-1, s-2. Name its session too'],
      [['correct', 'm-1', '--set', 'cost=-1'], 2, 'got "cost=-1"'],
      [['correct', 'm-1', '--set', 'additional_metrics=1'], 2, 'totals do not add up'],
      [
        ['correct', 'm-1', '--set', 'input_tokens=1.5'],
        2,
        '--set input_tokens: expected an integer',
      ],
    ] as const;
    const exits = await Promise.all(cases.map(([args]) => run(...args)));
    exits.forEach(({ code, stdout, stderr }, at) => {
      expect({ code, stdout }).toEqual({ code: cases[at]?.[1], stdout: '' });
      expect(stderr).toContain(cases[at]?.[2]);
    });
  });

  test('of two given at once for one event the later one holds, and both are in the log', async () => {
    const exits = await Promise.all([
      run('correct', 'm-1', '--set', 'time=2'),
      run('correct', 'm-1', '--set', 'time=3'),
    ]);
    expect(exits.map(({ code, stderr }) => ({ code, stderr }))).toEqual(
      exits.map(() => ({ code: 0, stderr: '' })),
    );
    const [first] = await messages();
    expect([2, 3]).toContain(first?.time);
    expect(first?.corrections).toBe(3);
  });
});
