import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { sampleEvents } from '../../harness/sample-events.js';
import { fastestTier } from '../../harness/tiers.js';
import { jsonOf, openTestService, posted, type TestService } from './http-service.js';

interface Listed {
  readonly items: readonly Readonly<Record<string, unknown>>[];
}

/** The records of a file (RFC 4180). */
function records(text: string): string[][] {
  const rows: string[][] = [[]];
  for (const [, quoted, plain = '', end] of text.matchAll(
    /(?:"((?:[^"]|"")*)"|([^",\r\n]*))(,|\r\n)/g,
  )) {
    rows.at(-1)?.push(quoted === undefined ? plain : quoted.replaceAll('""', '"'));
    if (end === '\r\n') rows.push([]);
  }
  expect(rows.pop()).toEqual([]);
  return rows;
}

describe('CSV over HTTP', () => {
  let service: TestService;
  const names = ['=1+1', '@cmd', 'a "quoted", name', 'line\r\nbreak', '-5', 'naïve 🙂'];
  beforeAll(async () => {
    service = await openTestService(fastestTier());
    const odd = names.map((name, n) => ({
      id: `odd-${n}`,
      run_id: `odd-${n}`,
      session_id: `odd-${n}`,
      user_id: name,
      type: 'message',
      role: 'assistant',
      model: 'm',
      occurred_at: `2026-02-01T00:00:0${n}Z`,
      metrics: { output_tokens: n, cost: n / 8, additional_metrics: { note: name } },
    }));
    const sent = await service.fetch(
      '/v1/events?wait=true',
      posted([...sampleEvents(120, 'csv'), ...odd]),
    );
    expect(await sent.json()).toMatchObject({ refused: 0, folded: true });
  });
  afterAll(() => service.close());
  const csvOf = async (path: string, init: RequestInit = {}) => {
    const answer = await service.fetch(path, init);
    expect(answer.status).toBe(200);
    expect(answer.headers.get('content-type')).toContain('text/csv');
    return records(await answer.text());
  };

  test.each([
    ['/v1/runs', 'runs'],
    ['/v1/sessions', 'sessions'],
    ['/v1/messages?session_id=csv-session-0', 'messages'],
    ['/v1/tool-calls?session_id=csv-session-0', 'tool-calls'],
  ])('of %s equals the list', async (path, file) => {
    const mark = path.includes('?') ? '&' : '?';
    const { items } = await jsonOf<Listed>(service.fetch(`${path}${mark}limit=1000`));
    expect(items.length).toBeGreaterThan(0);
    const answer = await service.fetch(`${path}${mark}format=csv`);
    expect(answer.headers.get('content-disposition')).toBe(`attachment; filename="${file}.csv"`);
    const [head = [], ...rows] = records(await answer.text());
    expect(head).toEqual(Object.keys(items[0] ?? {}));
    const shown = (value: unknown) =>
      value === null
        ? ''
        : typeof value === 'object'
          ? JSON.stringify(value)
          : typeof value === 'string'
            ? value.replace(/^([=+\-@])/, "'$1")
            : String(value);
    expect(rows).toEqual(items.map((item) => head.map((name) => shown(item[name]))));
  });

  test('has all rows unless fewer are asked for, in the order and with the filters of the list', async () => {
    const all = await csvOf('/v1/sessions?order_by=cost', { headers: { accept: 'text/csv' } });
    expect(all.length).toBeGreaterThan(7);
    expect(await csvOf('/v1/sessions?order_by=cost&format=csv&limit=3')).toEqual(all.slice(0, 4));
    const { next_cursor } = await jsonOf<{ next_cursor: string }>(
      service.fetch('/v1/sessions?order_by=cost&limit=2'),
    );
    const rest = await csvOf(`/v1/sessions?order_by=cost&format=csv&cursor=${next_cursor}`);
    expect(rest).toEqual([all[0], ...all.slice(3)]);
    const one = await csvOf('/v1/sessions?format=csv&id_prefix=odd-3');
    expect(one[1]?.[one[0]?.indexOf('user_id') ?? -1]).toBe('line\r\nbreak');
  });

  test('of usage has the rows of the series', async () => {
    const query =
      'from=2026-01-01T00:00:00Z&to=2026-03-01T00:00:00Z&group_by=model&figures=cost,runs';
    const { rows } = await jsonOf<{ rows: Record<string, unknown>[] }>(
      service.fetch(`/v1/usage?${query.replace(',runs', '')}&bucket=month`),
    );
    const file = await csvOf(`/v1/usage?${query.replace(',runs', '')}&bucket=month&format=csv`);
    expect(file[0]).toEqual(['bucket_start', 'bucket_local', 'model', 'cost']);
    expect(file).toHaveLength(rows.length + 1);
    expect(file.slice(1)).toEqual(
      rows.map((row) =>
        ['bucket_start', 'bucket_local', 'model', 'cost'].map((name) => String(row[name] ?? '')),
      ),
    );
  });

  test('responds to a wrong request as a problem, and an unknown format', async () => {
    for (const query of ['format=csv&cursor=x', 'format=xml', 'format=csv&limit=0']) {
      const answer = await service.fetch(`/v1/runs?${query}`);
      expect(answer.status).toBe(400);
      expect(answer.headers.get('content-type')).toContain('application/problem+json');
    }
  });
});
