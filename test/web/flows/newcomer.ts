import type { Locator } from 'playwright-core';
import { expect, test } from 'vitest';
import type { Stage } from './stage.js';

const mostClicks = 5;

/** What somebody new to the page wants to know, in at most five clicks each. */
export function newcomerFlows(stage: Stage): void {
  const begin = async () => {
    const page = await stage.open('/');
    let clicks = 0;
    return {
      page,
      async click(what: Locator) {
        expect(++clicks).toBeLessThanOrEqual(mostClicks);
        await what.first().click();
        await stage.settled();
      },
    };
  };
  const weekOf = () =>
    new Date(Date.now() - 6 * 86_400_000).toLocaleDateString('sv-SE', {
      timeZone: 'Europe/Berlin',
    });

  test('finds the costliest user of the week', async () => {
    const { page, click } = await begin();
    await click(page.getByRole('button', { name: /^Time: / }));
    await click(page.getByRole('button', { name: 'Last 7 days' }));
    await click(page.getByRole('link', { name: 'Users' }));
    const { rows } = await stage.command<{ rows: { user_id: string }[] }>(
      ...['top', 'users', '--by', 'cost', '--limit', '1', '--tz', 'Europe/Berlin'],
      ...['--from', new Date(`${weekOf()}T00:00:00+01:00`).toISOString()],
    );
    expect(await page.locator('table.data tbody a.id').first().textContent()).toBe(
      rows[0]?.user_id,
    );
  });

  test('finds the slowest tool', async () => {
    const { page, click } = await begin();
    await click(page.getByRole('link', { name: 'All tools' }));
    await click(page.getByRole('link', { name: 'p95', exact: true }));
    const { rows } = await stage.command<{ rows: { tool_name: string }[] }>(
      ...['top', 'tools', '--by', 'tool_time_p95', '--limit', '1', '--since', '28d'],
    );
    expect(await page.locator('table.data tbody a.id').first().textContent()).toBe(
      rows[0]?.tool_name,
    );
  });

  test('finds the run that failed last, and why', async () => {
    const { page, click } = await begin();
    await click(page.getByRole('link', { name: 'Runs', exact: true }));
    await click(page.getByRole('switch', { name: 'Only failures' }));
    await click(page.locator('table.data tbody a.id'));
    expect(await page.getByRole('heading', { level: 1 }).textContent()).toContain('session-0000-');
    await page.locator('.steps .failed-text', { hasText: 'disk full' }).waitFor();
  });

  test('finds whether the totals are true', async () => {
    const { page, click } = await begin();
    await click(page.locator('.side-foot .proof'));
    await click(page.getByRole('button', { name: /^Prove/ }));
    await page.getByRole('heading', { name: 'The totals equal the log' }).waitFor();
  });

  test('finds how to send an event, also where some have come', async () => {
    const { page, click } = await begin();
    await click(page.getByRole('link', { name: 'Live' }));
    await click(page.getByRole('button', { name: 'How to send events' }));
    await page.getByText(`${stage.service.http.url}/v1/events?wait=true`).waitFor();
  });
}
