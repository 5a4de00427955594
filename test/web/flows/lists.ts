import type { Page } from 'playwright-core';
import { expect, test } from 'vitest';
import type { Stage } from './stage.js';

const idsOf = (page: Page) => page.locator('table.data tbody a.id').allTextContents();

/** Lists: pages, order, filters, and the file of all rows. */
export function listFlows(stage: Stage): void {
  test('pages through sessions, opens one, and comes back to the same row', async () => {
    const page = await stage.open('/sessions?limit=20');
    const pages = [await idsOf(page)];
    for (let next = 0; next < 3; next++) {
      const url = page.url();
      await page.getByRole('link', { name: 'Next page' }).click();
      await page.waitForURL((to) => to.href !== url);
      await stage.settled();
      pages.push(await idsOf(page));
    }
    expect(new Set(pages.flat()).size).toBe(80);
    const row = page.locator('table.data tbody a.id').nth(18);
    await row.scrollIntoViewIfNeeded();
    const before = await page.evaluate<number>('scrollY');
    await row.click();
    await page.getByText('The runs add up to the totals').waitFor();
    await page.goBack();
    await stage.settled();
    expect(await idsOf(page)).toEqual(pages[3]);
    await expect.poll(() => page.evaluate<number>('scrollY')).toBe(before);
    for (const shown of [pages[2], pages[1]]) {
      await page.goBack();
      await stage.settled();
      expect(await idsOf(page)).toEqual(shown);
    }
  });

  test('narrows sessions by a value at a click, and puts them in order', async () => {
    const [from, to] = [20, 0].map((days) =>
      new Date(Math.floor(Date.now() / 900_000) * 900_000 - days * 86_400_000).toISOString(),
    ) as [string, string];
    const page = await stage.open(`/sessions?from=${from}&to=${to}&limit=20`);
    await page.locator('table.data tbody a.quiet', { hasText: 'user-1' }).first().click();
    await page.waitForURL(/user_id=user-1/);
    await stage.settled();
    const users = await page.locator('table.data tbody tr td:nth-child(3)').allTextContents();
    expect(new Set(users)).toEqual(new Set(['user-1']));
    await page.getByRole('link', { name: 'Tokens', exact: true }).click();
    await page.waitForURL(/sort=total_tokens/);
    await stage.settled();
    const { items } = await stage.command<{ items: { session_id: string }[] }>(
      ...['sessions', 'list', '--user', 'user-1', '--order-by', 'total_tokens', '--limit', '20'],
      ...['--from', from, '--to', to],
    );
    expect(await idsOf(page)).toEqual(items.map(({ session_id }) => session_id));
  });

  test('saves as CSV the list that it shows, all of it', async () => {
    const page = await stage.open('/sessions?user_id=user-1&limit=100');
    const shown = await idsOf(page);
    await page.goto(page.url().replace('limit=100', 'limit=5'));
    await stage.settled();
    await page.getByRole('button', { name: 'Sessions: more' }).click();
    const href = (await page.getByRole('link', { name: 'CSV' }).getAttribute('href')) ?? '';
    const [head = '', ...lines] = (await (await fetch(href)).text()).trim().split('\r\n');
    const at = head.split(',').indexOf('session_id');
    expect(lines.map((line) => line.split(',')[at])).toEqual(shown);
    expect(shown.length).toBeGreaterThan(20);
  });

  test('says when each user was last seen, of the last day to a quarter of an hour', async () => {
    const page = await stage.open('/users?tz=Asia/Kathmandu');
    const from = new Date(Math.floor(Date.now() / 900_000) * 900_000 - 86_400_000).toISOString();
    const used = await stage.usage(
      `from=${from}&group_by=user_id&bucket=15m&fill=false&time_zone=Asia/Kathmandu`,
    );
    const last = new Map(
      used
        .filter(({ user_id }) => user_id !== null)
        .filter(({ assistant_messages: answers, runs }) => Number(answers) + Number(runs) > 0)
        .map(({ user_id, bucket_local }) => [String(user_id), String(bucket_local)]),
    );
    expect(last.size).toBeGreaterThan(0);
    const heads = await page.locator('table.data thead th').allTextContents();
    for (const [user, local] of last) {
      const cell = page
        .locator('table.data tbody tr', {
          has: page.getByRole('link', { name: user, exact: true }),
        })
        .locator('td')
        .nth(heads.indexOf('Last seen'));
      const text = new Intl.DateTimeFormat('en-US', {
        ...{ timeZone: 'UTC', month: 'short', day: 'numeric' },
        ...{ hour: '2-digit', minute: '2-digit', hourCycle: 'h23' },
      }).format(Date.parse(`${local.replace(' ', 'T')}:00Z`));
      expect(await cell.textContent()).toBe(text);
    }
  });

  test('reads a range that is typed, and says what is wrong with one', async () => {
    const page = await stage.open('/sessions?tz=America/New_York&limit=5');
    const type = async (text: string) => {
      await page.getByRole('button', { name: /^Time: / }).click();
      await page.getByLabel('Range', { exact: true }).fill(text);
      await page.keyboard.press('Enter');
    };
    for (const [text, range] of [
      ['last 36 hours', '36h'],
      ['now-7d', '7d'],
      ['Last month', 'last-month'],
      ['90 minutes', '90m'],
    ] as const) {
      await type(text);
      await page.waitForURL((url) => url.searchParams.get('range') === range);
    }
    // On 2025-03-09 the clocks of New York went from 02:00 to 03:00, so that day has 23 hours.
    await type('2025-03-09');
    await page.waitForURL((url) => url.searchParams.get('from') === '2025-03-09T05:00:00Z');
    expect(new URL(page.url()).searchParams.get('to')).toBe('2025-03-10T04:00:00Z');
    await type('2025-03-08 9:30 to 2025-03-09');
    await page.waitForURL((url) => url.searchParams.get('from') === '2025-03-08T14:30:00Z');
    expect(new URL(page.url()).searchParams.get('to')).toBe('2025-03-10T04:00:00Z');
    const before = page.url();
    const said = page.locator('.range-panel [role="alert"]');
    await type('2025-03-09 to 2025-03-01');
    await expect.poll(() => said.textContent()).toBe('The end must be after the start.');
    await page.keyboard.press('Escape');
    await type('soon');
    await expect.poll(() => said.textContent()).toContain('Enter a range such as');
    await page.keyboard.press('Escape');
    expect(page.url()).toBe(before);
  });

  test('moves a range on to now when a tab is looked at again after a day', async () => {
    const page = await stage.openOther();
    await page.addInitScript(
      'const real = Date.now; globalThis.shift = -86_400_000; Date.now = () => real() + shift;',
    );
    // An empty list also asks for the last session, without a range.
    const nextFrom = async () => {
      const request = await page.waitForRequest(/\/v1\/sessions\?.*from=/);
      return Date.parse(new URL(request.url()).searchParams.get('from') ?? '');
    };
    const first = nextFrom();
    await page.goto('/sessions?range=1h');
    const slept = await first;
    await stage.settled(page);
    const second = nextFrom();
    await page.evaluate(`shift = 0; document.dispatchEvent(new Event('visibilitychange'))`);
    expect(Math.round(((await second) - slept) / 3_600_000)).toBe(24);
  });

  test('turns the order of a breakdown around at a second click, rows without the figure last', async () => {
    const page = await stage.open('/models');
    const figures = async () =>
      (await page.locator('table.data tbody tr td:last-child').allTextContents()).map((text) =>
        Number(text.replace(/[^0-9.]/g, '')),
      );
    const head = page.locator('th', { has: page.getByRole('link', { name: 'Cost', exact: true }) });
    await stage.go('/models?compare=off');
    const falling = await figures();
    expect(falling.length).toBeGreaterThan(2);
    expect(falling).toEqual([...falling].sort((a, b) => b - a));
    expect(await head.getAttribute('aria-sort')).toBe('descending');
    await head.getByRole('link').click();
    await page.waitForURL(/order=asc/);
    await expect.poll(figures).toEqual([...falling].reverse());
    expect(await head.getAttribute('aria-sort')).toBe('ascending');
    await page.getByRole('link', { name: 'Calls', exact: true }).click();
    await page.waitForURL((url) => url.search === '?compare=off&sort=assistant_messages');
  });

  test.each([
    ['from=2025-03-09T00:00:00Z&to=2025-03-01T00:00:00Z', 'is not after its start'],
    ['from=yesterday', 'is not a time: yesterday'],
    ['to=2025-03-01T00:00:00Z', 'an end of the range and no start'],
    ['range=7x', 'no range 7x'],
    ['tz=Europe/Nowhere', 'no time zone Europe/Nowhere'],
    // The browser knows it, and the service would refuse it.
    ['tz=IST', 'no time zone IST'],
  ])('says what is wrong with the range in the address %s', async (search, text) => {
    const page = await stage.open(`/sessions?${search}`);
    await page.locator('main [role="alert"]', { hasText: text }).waitFor();
    await page.getByRole('link', { name: 'Use the default' }).click();
    await page.waitForURL((url) => url.search === '');
    await page.locator('main [role="alert"]').waitFor({ state: 'detached' });
  });
}
