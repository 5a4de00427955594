import { describe, expect, test } from 'vitest';
import { message, useStore, useWorkplace } from './command-line.js';

describe('runfold budgets', () => {
  const work = useWorkplace();
  const { run, write } = work;
  useStore(work);

  test('makes, lists, checks, shows and drops budgets', async () => {
    const make = ['budgets', 'create', 'writer', '--scope', 'agent', '--limit', '5'];
    const made = await run([...make, '--rolling', '24h', '--at', '50,90', '--json']);
    expect(JSON.parse(made.stdout)).toMatchObject({
      name: 'writer',
      scope: 'agent',
      value: null,
      measure: 'cost',
      limit: 5,
      window: 'rolling 1d',
      at: [50, 90],
      stop: true,
    });
    expect((await run(['budgets', 'list'])).stdout).toMatch(/writer +each agent +cost +\$5\.00/);

    const now = new Date().toISOString();
    const event = { id: 'm', agent_id: 'writer', occurred_at: now, metrics: { cost: 4.5 } };
    await write('events.ndjson', [message('run', event)]);
    expect(await run(['ingest', '--wait', 'events.ndjson'])).toMatchObject({ code: 0 });
    const check = ['budgets', 'check', '--agent', 'writer', '--cost'];
    expect(await run([...check, '0.5', '--hold-seconds', '60'])).toMatchObject({
      code: 0,
      stdout: expect.stringMatching(/^Allowed\.[\s\S]*hold_id [\da-f-]{36}\n$/),
    });
    const refused = await run([...check, '0.2']);
    expect(refused).toMatchObject({ code: 1, stdout: expect.stringContaining('Refused.') });
    const { stdout } = await run(['budgets', 'show', 'writer']);
    expect(stdout).toMatch(/writer +\$4\.50 +\$0\.5000 +\$0 +100%/);
    expect(stdout).toContain('1 hold:');

    const json = JSON.parse((await run(['budgets', 'show', 'writer', '--json'])).stdout);
    expect(json.uses).toEqual([{ value: 'writer', used: 4.5, held: 0.5, remaining: 0 }]);
    expect(await run(['budgets', 'drop', 'writer'])).toMatchObject({ code: 0 });
    expect(await run(['budgets', 'show', 'writer'])).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('There is no budget "writer" in project 1.'),
    });
  });

  test('checks a label by the price of its tokens, holds it and releases it', async () => {
    const make = ['budgets', 'create', 'customers', '--scope', 'label', '--label', 'customer'];
    expect(await run([...make, '--limit', '1'])).toMatchObject({ code: 0 });
    await run(['prices', 'set', 'own-model', '--input', '1', '--output', '10']);
    const check = ['budgets', 'check', '--label', 'customer=acme', '--model', 'own-model'];
    const tokens = ['--input-tokens', '200000', '--output-tokens', '50000'];
    const held = await run([...check, ...tokens, '--hold-seconds', '60', '--json']);
    const { hold_id, allowed } = JSON.parse(held.stdout);
    expect(allowed).toBe(true);
    const again = JSON.parse((await run([...check, ...tokens, '--json'])).stdout);
    expect(again).toMatchObject({
      allowed: false,
      hold_id: null,
      budgets: [{ name: 'customers', value: 'acme', held: 0.7, allowed: false }],
    });
    const release = ['budgets', 'release', hold_id];
    expect(await run([...release, '--json'])).toMatchObject({
      code: 0,
      stdout: expect.stringMatching(/"released": *true/),
    });
    expect(await run(release)).toMatchObject({
      code: 1,
      stdout: 'Nothing is held under this id.\n',
    });
    expect(await run([...check, ...tokens])).toMatchObject({ code: 0 });
  });

  test.each([
    ['blocks --since 600d', '--since: expected a range of at most 10000 buckets'],
    ['daily --from 1900-01-01T00:00:00Z', '--from: expected a range of at most 10000 buckets'],
    ['usage --since 9000d --bucket hour', '--bucket: expected a range of at most 10000 buckets'],
    ['budgets create x --limit abc', '--limit: expected a number, got "abc".'],
    ['budgets create x --limit 5 --at 50,half', '--at: expected a number, got "half".'],
    ['budgets create x --limit 5 --at 50,-1', '--at: expected shares of the limit'],
    ['budgets check --cost 0x10', '--cost: expected a number, got "0x10".'],
    ['budgets check --tokens -5', '--tokens: expected an integer from 0'],
    ['alerts create a --kind rejects --above 1k', '--above: expected a number, got "1k".'],
    ['prices set m --input 1 --output 2$', '--output: expected a number, got "2$".'],
  ])('%s is refused with the flag that was given', async (words, says) => {
    const { code, stderr } = await work.run(words.split(' '));
    expect({ code, stderr }).toEqual({
      code: 2,
      stderr: expect.stringContaining(`error: ${says}`),
    });
  });

  test('says what was asked wrongly', async () => {
    const twin = ['budgets', 'create', 'twin', '--limit', '1'];
    const wrong = await run(['budgets', 'create', 'x', '--limit', 'much']);
    expect(wrong).toMatchObject({ code: 2, stderr: expect.stringContaining('--limit: expected') });
    const labels = ['--label', 'customer=a', '--label', 'customer=b'];
    expect(await run(['budgets', 'check', ...labels])).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('--label: expected one value of customer, got more.'),
    });
    expect(await run(['budgets', 'check', '--label', 'acme'])).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('--label: expected NAME=VALUE, got "acme"'),
    });
    const [once, twice] = [await run(twin), await run(twin)];
    expect(once).toMatchObject({ code: 0 });
    expect(twice).toMatchObject({ code: 1, stderr: expect.stringContaining('already exists') });
    const hold = await run(['budgets', 'check', '--hold-seconds', '0']);
    expect(hold).toMatchObject({ code: 2, stderr: expect.stringContaining('--hold-seconds') });
  });
});
