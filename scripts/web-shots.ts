// Takes pictures of every screen of the web page with the demo's data, in both themes and three
// widths, into web-shots/; and docs/page.png for the README. Look at them before you finish a
// change.
import { mkdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { createClient } from '#runfold/client.js';
import { openBrowser } from '../harness/browser.js';
import { startNode } from '../harness/processes.js';
import { waitUntil } from '../harness/wait-until.js';

const root = join(import.meta.dirname, '..');
const folder = join(root, 'web-shots');
const mostBytes = 150_000;
/** Tables that do not fit and scroll on their own. */
const cutTables = `[...document.querySelectorAll('.scroller')]
  .filter(({ scrollWidth, clientWidth }) => scrollWidth > clientWidth)
  .map((one) => one.getAttribute('aria-label') + ' by ' + (one.scrollWidth - one.clientWidth))`;

const up = startNode(
  ['dist/cli/main.js', 'up', '--demo', '--http-port', '0', '--log-level', 'warn'],
  {
    cwd: root,
    env: { RUNFOLD_SECRET_KEY: '7d'.repeat(32), RUNFOLD_WEBHOOK_HOSTS: '127.0.0.1' },
  },
);
const [, url = ''] = await up.waitForLine(/^ +page +(http:\S+)/, 300_000);
const browser = await openBrowser();
try {
  mkdirSync(folder, { recursive: true });
  const ids = (await (await fetch(`${url}/v1/runs?agent_id=research-lead&limit=1`)).json()) as {
    items: { run_id: string; session_id: string }[];
  };
  const [run] = ids.items;
  const screens: Readonly<Record<string, string>> = {
    overview: '/',
    tokens: '/?metric=tokens&by=agent',
    times: '/?metric=time',
    sessions: '/sessions?limit=20',
    runs: '/runs?limit=20',
    ...(run === undefined
      ? {}
      : {
          session: `/sessions/${encodeURIComponent(run.session_id)}`,
          run: `/runs/${encodeURIComponent(run.run_id)}?session=${encodeURIComponent(run.session_id)}`,
        }),
    agents: '/agents',
    models: '/models',
    tools: '/tools',
    tool: '/tools/run_tests',
    users: '/users',
    teams: '/teams',
    labels: '/labels',
    'by-label': '/?by=label:customer',
    'by-session': '/?by=session',
    budgets: '/budgets',
    budget: '/budgets/support-month',
    alerts: '/alerts',
    live: '/live',
    health: '/health',
    rejects: '/rejects',
    keys: '/keys',
    projects: '/projects',
    settings: '/settings',
  };
  await prove(url);
  await limit(url);
  for (const colorScheme of ['light', 'dark'] as const) {
    const context = await browser.newContext({
      baseURL: url,
      colorScheme,
      locale: 'en-US',
      timezoneId: 'UTC',
    });
    const page = await context.newPage();
    for (const [name, path] of Object.entries(screens)) {
      for (const width of [1280, 390, 320]) {
        await page.setViewportSize({ width, height: 900 });
        await page.goto(path);
        await page.locator('main h1').waitFor();
        await page.locator('[aria-busy="true"]').first().waitFor({ state: 'detached' });
        const cut = await page.evaluate<readonly string[]>(cutTables);
        if (width === 1280 && cut.length > 0) console.warn(`${name}: cut off: ${cut.join(', ')}`);
        await page.screenshot({
          path: join(folder, `${name}-${colorScheme}-${width}.png`),
          fullPage: true,
        });
      }
    }
    if (colorScheme === 'light') {
      await page.setViewportSize({ width: 1280, height: 760 });
      await page.goto('/');
      await page.locator('.split-chart .chart').waitFor();
      // The lines of the tiles come last.
      await page.locator('.tile .spark-line:not([d=""])').first().waitFor({ state: 'attached' });
      await page.locator('[aria-busy="true"]').first().waitFor({ state: 'detached' });
      const file = join(root, 'docs', 'page.png');
      await page.screenshot({ path: file });
      const { size } = statSync(file);
      if (size > mostBytes)
        throw new Error(`Expected docs/page.png below ${mostBytes} bytes, got ${size}.`);
    }
    await context.close();
  }
  console.log(`pictures of ${Object.keys(screens).length} screens in ${folder}, and docs/page.png`);
} finally {
  await browser.close();
  up.kill('SIGINT');
  await up.exit;
}

/** Runs an audit, so that the pictures show a page in use. */
async function prove(service: string): Promise<void> {
  const client = createClient({ url: service });
  const { id } = await client.beginAudit();
  await waitUntil(
    () => client.getAudit({ id }),
    (audit) => audit?.state !== 'running',
    { what: 'the end of the proof', timeoutMs: 60_000 },
  );
}

/** Makes budgets, a channel that nobody answers and rules, some of which fire. */
async function limit(service: string): Promise<void> {
  const client = createClient({ url: service });
  const from = new Date(Date.now() - 56 * 86_400_000).toISOString();
  const month = { measure: 'cost', window: 'month', from } as const;
  await client.createBudget({ ...month, name: 'everything', scope: 'project', limit: 120 });
  await client.createBudget({
    ...{ ...month, name: 'support-month', scope: 'agent', value: 'support', limit: 4 },
  });
  await client.createBudget({ ...month, name: 'users', scope: 'user', limit: 5 });
  await client.createBudget({
    ...{ name: 'tokens-a-week', scope: 'model', value: 'gpt-5', measure: 'total_tokens' },
    ...{ limit: 5_000_000, window: 'rolling 7d', from, stop: false },
  });
  await client.checkBudget({ agent_id: 'support', estimate: { cost: 0.2 }, hold_seconds: 3600 });
  await client.createChannel({ kind: 'webhook', name: 'ops', url: 'http://127.0.0.1:9/hook' });
  await client.createChannel({ kind: 'slack', name: 'team-chat', url: 'http://127.0.0.1:9/chat' });
  const channels = ['ops'];
  await client.createAlert({ kind: 'budget', name: 'budgets', channels: ['ops', 'team-chat'] });
  await client.createAlert({
    ...{
      kind: 'error_rate',
      name: 'tests-that-fail',
      channels,
      of: 'tool',
      value: 'run_tests',
      above: 0.1,
    },
    ...{ window_minutes: 43_200 },
  });
  await client.createAlert({ kind: 'queue_lag', name: 'lag', channels });
  await client.muteAlert({ name: 'lag', minutes: 600 });
  await waitUntil(
    () => client.listAlerts(),
    (rules) => rules.some(({ firing }) => firing > 0),
    { what: 'a rule that fires', timeoutMs: 60_000 },
  );
}
