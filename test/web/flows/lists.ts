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
}
