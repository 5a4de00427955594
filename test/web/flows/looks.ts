import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { expect, test } from 'vitest';
import { cutTables, type Stage, sideways } from './stage.js';

const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
const everyRule = `['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa']`;
/** Desktop and phone in both themes, and the narrowest phone. A theme changes only colours, and a narrower phone only places. */
const looks = [
  [1280, 'light', everyRule],
  [1280, 'dark', `['color-contrast']`],
  [390, 'dark', `['color-contrast']`],
  [390, 'light', everyRule],
  [320, 'light', `['target-size', 'scrollable-region-focusable']`],
] as const;
/** Records how far the page ever scrolls sideways, also for a moment: before each paint, whatever has changed. */
const watchWidth = `(() => {
  globalThis.widest = 0;
  const look = () => { widest = Math.max(widest, ${sideways}); };
  new MutationObserver(look).observe(document, { subtree: true, childList: true, attributes: true });
})()`;
const findingsOf = (rules: string) => `axe
  .run({ runOnly: ${rules}, resultTypes: ['violations'], preload: false, iframes: false })
  .then(({ violations }) => violations.map(({ id, nodes }) =>
    id + ': ' + nodes[0].html.slice(0, 160) + ' ' + nodes[0].failureSummary.slice(0, 200)))`;

/** How the page looks and reads: for everybody, on every screen, on paper, and with any names. */
export function lookFlows(stage: Stage): void {
  let isLoaded: Promise<unknown> | undefined;

  test.each([
    '/',
    '/?metric=time',
    '/sessions?limit=5',
    '/sessions/session-0000',
    '/runs?limit=5',
    '/runs/session-0000-run?session=session-0000&step=session-0000-run-2',
    '/agents',
    '/models',
    '/tools',
    '/tools/search',
    '/users',
    '/teams',
    '/labels',
    '/?by=label:customer',
    '/?by=session',
    '/budgets',
    '/budgets/looks',
    '/alerts',
    '/live',
    '/health',
    '/rejects',
    '/keys',
    '/projects',
    '/settings',
  ])(
    'has no finding of axe and no sideways scroll at %s, in both themes and three widths',
    async (path) => {
      // The rules are loaded once, and stay from screen to screen.
      isLoaded ??= stage.open('/settings').then((first) => first.evaluate(axe));
      await isLoaded;
      const page = await stage.go(path);
      const findings: string[] = [];
      for (const [width, colorScheme, rules] of looks) {
        await page.setViewportSize({ width, height: 900 });
        await page.emulateMedia({ colorScheme });
        const found = await page.evaluate<readonly string[]>(findingsOf(rules));
        findings.push(...found.map((one) => `${width} ${colorScheme}: ${one}`));
        const excess = await page.evaluate<number>(sideways);
        if (excess > 0) findings.push(`${width}: scrolls sideways by ${excess}`);
        const cut = await page.evaluate<readonly string[]>(cutTables);
        findings.push(...cut.map((one) => `${width}: ${one}`));
      }
      await page.setViewportSize({ width: 1280, height: 900 });
      expect(findings).toEqual([]);
    },
  );

  test('prints without what only a screen needs, with the address, the zone and the currency', async () => {
    const page = await stage.open('/?range=7d&tz=Asia/Kathmandu');
    await page.emulateMedia({ media: 'print' });
    expect(await page.locator('nav.screens').isVisible()).toBe(false);
    expect(await page.locator('.bar-actions').isVisible()).toBe(false);
    expect(await page.locator('.split-chart svg').isVisible()).toBe(true);
    // What is left takes the width of the paper, also that of the links which are not printed.
    const { width = 0 } = (await page.locator('main').boundingBox()) ?? {};
    expect(width).toBeGreaterThan((page.viewportSize()?.width ?? 0) * 0.9);
    const foot = (await page.locator('.print-foot').textContent()) ?? '';
    expect(await page.locator('.print-foot').isVisible()).toBe(true);
    for (const text of [page.url(), 'Asia/Kathmandu', 'US dollars', 'last fold'])
      expect(foot).toContain(text);
    await page.emulateMedia({ media: 'screen' });
    expect(await page.locator('.print-foot').isVisible()).toBe(false);
  });

  test('saves a chart as a picture', async () => {
    const page = await stage.open('/');
    await page.getByRole('button', { name: 'Cost by model: more' }).click();
    const saved = page.waitForEvent('download');
    await page.getByRole('button', { name: 'PNG' }).click();
    const bytes = readFileSync(await (await saved).path());
    // A PNG has its size after its signature: twice the resolution of the screen.
    expect(bytes.subarray(1, 4).toString('latin1')).toBe('PNG');
    const box = await page.locator('.split-chart svg').boundingBox();
    expect(bytes.readUInt32BE(16)).toBe(Math.floor((box?.width ?? 0) * 2));
    expect(bytes.length).toBeGreaterThan(3_000);
  });

  test('is worked by keys alone: from list to run, to a filter, to another time', async () => {
    const page = await stage.open('/');
    const press = async (...keys: readonly string[]) => {
      for (const key of keys) await page.keyboard.press(key);
    };
    await press('g', 's');
    await page.waitForURL(/\/sessions$/);
    await stage.settled();
    await press('j', 'j', 'k', 'Enter');
    await page.waitForURL(/\/sessions\/./);
    await stage.settled();
    await press('j', 'Enter');
    await page.waitForURL(/\/runs\//);
    await stage.settled();
    await press('/');
    await page.keyboard.type('model-b');
    await page.locator('.found a', { hasText: 'model-b' }).waitFor();
    await press('ArrowDown');
    await page.locator('.found a:focus', { hasText: 'model-b' }).waitFor();
    await press('ArrowUp');
    await page.locator('.find input:focus').waitFor();
    await press('Enter');
    await page.waitForURL(/\/\?model=model-b/);
    await stage.settled();
    await press('f');
    await page.keyboard.type('lead');
    await page.getByRole('option', { name: 'lead' }).waitFor();
    await press('ArrowDown', 'Enter');
    await page.waitForURL(/agent_id=lead/);
    await press('[');
    await page.waitForURL(/from=/);
    await press('g', 'h');
    await page.waitForURL(/\/health/);
    await press('?');
    await page.getByRole('dialog', { name: 'Keys' }).waitFor();
    await press('Escape');
    await page.getByRole('dialog').waitFor({ state: 'detached' });
  });

  test('bears names of any kind as text, also in files', async () => {
    const long = 'x'.repeat(200);
    const names = ['<script>alert(1)</script>', long, 'مرحبا', '🙂'.repeat(20), '=1+1'];
    await stage.send(
      names.map((name, index) => ({
        id: `name-${index}`,
        run_id: name,
        session_id: name,
        user_id: name,
        agent_id: name,
        type: 'message',
        role: 'assistant',
        model: name,
        occurred_at: new Date(Date.now() - 1000).toISOString(),
        metrics: { input_tokens: 10, output_tokens: 1 },
      })),
    );
    await stage.send([
      {
        ...{ id: 'name-child', run_id: 'y'.repeat(200), session_id: long, parent_run_id: long },
        ...{ type: 'tool_call', tool_name: long, agent_id: long, error: 'z'.repeat(200) },
        occurred_at: new Date(Date.now() - 500).toISOString(),
      },
    ]);
    const page = await stage.open('/sessions?limit=1');
    await page.setViewportSize({ width: 390, height: 800 });
    await page.evaluate(watchWidth);
    for (const name of names) {
      const id = encodeURIComponent(name);
      await stage.go(`/sessions?user_id=${id}`);
      const ids = page.locator('table.data tbody a.id');
      await expect.poll(() => ids.allTextContents()).toEqual([name]);
      expect([name, await page.evaluate<number>('widest')]).toEqual([name, 0]);
      await stage.go(`/runs/${id}?session=${id}`);
      await page.getByText('The steps add up to the totals').waitFor();
      expect([name, await page.evaluate<number>('widest')]).toEqual([name, 0]);
    }
    // Nor does a table of such names scroll: the names shrink.
    const x = encodeURIComponent(long);
    for (const width of [1280, 390]) {
      await page.setViewportSize({ width, height: 800 });
      for (const path of [
        ...['/', '/sessions', '/runs', '/agents', '/models', '/users'].map(
          (one) => `${one}?range=1h`,
        ),
        `/runs/${x}?session=${x}`,
        `/runs/${x}?session=${x}&as=table`,
        `/sessions/${x}`,
      ]) {
        await stage.go(path);
        expect([width, path, await page.evaluate(cutTables)]).toEqual([width, path, []]);
      }
    }
    const csv = await stage.service.fetch('/v1/sessions?user_id=%3D1%2B1&format=csv');
    expect(await csv.text()).toContain("'=1+1");
  });
}
