import { describe, expect, test } from 'vitest';
import { message, useStore, useWorkplace } from './command-line.js';

describe('runfold prices', () => {
  const work = useWorkplace();
  const { run, write } = work;
  useStore(work);

  test('prices messages of a model nobody else knows, and again after a change', async () => {
    const set = ['prices', 'set', 'in-house', '--input', '2', '--output', '10'];
    expect(await run(set)).toMatchObject({
      code: 0,
      stdout: 'in-house: $2 in, $10 out per million tokens.\n',
    });
    const metrics = { input_tokens: 1_000, output_tokens: 100 };
    await write('events.ndjson', [message('priced', { id: 'm', model: 'in-house', metrics })]);
    expect(await run(['ingest', '--wait', 'events.ndjson'])).toMatchObject({ code: 0 });
    const cost = async () =>
      JSON.parse((await run(['runs', 'show', 'priced', '--json'])).stdout).run.cost;
    expect(await cost()).toBe(0.003);

    await run([...set, '--cached', '0.5', '--from', '2026-01-01T00:00:00Z', '--output', '20']);
    const { stdout } = await run(['prices', 'list', '--json']);
    expect(JSON.parse(stdout)).toEqual([
      { project: 1, model: 'in-house', input: 2, output: 10 },
      {
        project: 1,
        model: 'in-house',
        from: '2026-01-01T00:00:00.000Z',
        input: 2,
        output: 20,
        cached: 0.5,
      },
    ]);
    expect((await run(['prices', 'list'])).stdout).toMatch(/in-house +│? *any.*\$20/s);
    expect(await run(['reprice'])).toMatchObject({ code: 0 });
    expect(await cost()).toBe(0.004);
    expect(await run(['verify'])).toMatchObject({ code: 0 });

    expect(await run(['prices', 'drop', 'in-house'])).toMatchObject({
      code: 0,
      stdout: '2 prices removed.\n',
    });
    expect(await run(['prices', 'drop', 'in-house'])).toMatchObject({ code: 1 });
  });

  test.each([
    { args: ['--input', 'much', '--output', '1'], says: '--input: expected a number, got "much".' },
    { args: ['--input', '1', '--output', '-1'], says: '--output: expected US dollars from 0' },
    {
      args: ['--input', '1', '--output', '1', '--from', 'May'],
      says: '--from: expected an RFC 3339',
    },
    { args: ['--input', '1'], says: "required option '--output <dollars>'" },
  ])('refuses $args', async ({ args, says }) => {
    const { code, stderr } = await run(['prices', 'set', 'in-house', ...args]);
    expect(code).toBe(2);
    expect(stderr).toContain(says);
  });
});
