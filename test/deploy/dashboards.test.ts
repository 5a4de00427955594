import { execFileSync, spawnSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { root } from '../../harness/doc-blocks.js';
import { foldEvents } from '../../harness/fold-events.js';
import { sampleEvents } from '../../harness/sample-events.js';
import { fastestTier, openTestTier, type TestTier } from '../../harness/tiers.js';
import { dashboards } from '../../scripts/dashboard-panels.js';

const failed = {
  run_id: 'failed',
  session_id: 'failed',
  agent_id: 'agent-1',
  user_id: 'user-1',
  occurred_at: '2026-02-01T00:00:00Z',
};
const rules = join(root, 'deploy/prometheus/runfold.rules.yml');

test('the dashboards are those that the panels give', () => {
  const { status, stderr } = spawnSync(
    join(root, 'node_modules/.bin/tsx'),
    [join(root, 'scripts/generate-dashboards.ts'), '--check'],
    { encoding: 'utf8' },
  );
  expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
});

describe('the panels on the SQL views', () => {
  let home: TestTier;
  beforeAll(async () => {
    home = await openTestTier(fastestTier());
    await foldEvents(home.tier.database, [
      ...sampleEvents(400),
      {
        ...failed,
        type: 'message',
        role: 'assistant',
        id: 'm-1',
        provider: 'provider-a',
        model: 'model-a',
        metrics: { input_tokens: 100, cached_tokens: 60, output_tokens: 5, cost: 0.01 },
      },
      { ...failed, type: 'run', id: 'r-1', status: 'error', metrics: { time: 1 } },
    ]);
  });
  afterAll(() => home.close());

  const panels = dashboards
    .filter(({ source }) => source !== 'prometheus')
    .flatMap(({ panels: all }) => all)
    .flatMap(({ title, targets }) => targets.map(({ query }) => ({ title, query })));

  test.each(panels)('$title: its statement runs and returns figures', async ({ query }) => {
    const rows = await home.tier.database.query<Record<string, unknown>>(asGrafana(query), []);
    expect(rows.length).toBeGreaterThan(0);
    expect(Object.values(rows[0] ?? {}).every((value) => value !== null)).toBe(true);
  });
});

/** A statement as Grafana's Postgres plugin sends it, with its macros expanded. */
function asGrafana(query: string): string {
  return query
    .replaceAll('$project', '1')
    .replace(
      /\$__timeFilter\((\w+)\)/g,
      "$1 between '2026-01-01T00:00:00Z' and '2026-12-31T00:00:00Z'",
    )
    .replace(
      /\$__timeGroup\((\w+), \$__interval\)/g,
      'floor(extract(epoch from $1) / 3600) * 3600',
    );
}

describe('the panels and rules on /metrics', () => {
  test('name metrics that there are', () => {
    const declared = ['src/http/metrics', 'src/http/service'].flatMap((folder) =>
      readdirSync(join(root, folder)).map((name) => readFileSync(join(root, folder, name), 'utf8')),
    );
    const queries = [
      ...dashboards
        .filter(({ source }) => source === 'prometheus')
        .flatMap(({ panels }) => panels.flatMap(({ targets }) => targets.map((t) => t.query))),
      readFileSync(rules, 'utf8'),
    ].join('\n');
    const names = new Set(queries.match(/\brunfold_\w+/g));
    expect(names.size).toBeGreaterThan(10);
    for (const name of names) {
      const metric = name.replace(/_bucket$/, '');
      expect(declared.join('\n'), name).toMatch(new RegExp(`\\b${metric}\\b`));
    }
  });

  test('point to sections of the page for operators', () => {
    const page = readFileSync(join(root, 'docs/operations.md'), 'utf8');
    const anchors = [...page.matchAll(/^## (.*)$/gm)].map(([, title = '']) =>
      title
        .toLowerCase()
        .replace(/[^\w ]/g, '')
        .replaceAll(' ', '-'),
    );
    const named = [...readFileSync(rules, 'utf8').matchAll(/runbook: docs\/operations\.md#(\S+)/g)];
    expect(named.length).toBeGreaterThan(5);
    for (const [, anchor] of named) expect(anchors).toContain(anchor);
  });
});

const promtool = spawnSync('promtool', ['--version']).error === undefined;
if (!promtool && process.env.CI) throw new Error('Nothing may be skipped in CI; no promtool');
if (!promtool) console.warn('skipped: the alert rules (no promtool on the PATH)');

describe('the alert rules', () => {
  test.skipIf(!promtool)('fire and keep quiet as their unit tests say', () => {
    const unit = join(root, 'deploy/prometheus/runfold.test.yml');
    expect(execFileSync('promtool', ['check', 'rules', rules]).toString()).toContain('SUCCESS');
    expect(execFileSync('promtool', ['test', 'rules', unit]).toString()).toContain('SUCCESS');
  });
});
