import { expect, test } from 'vitest';
import { evaluate } from '#runfold/alerts/evaluate.js';
import { openReceiver } from '../../../harness/webhook-receiver.js';
import { jsonOf, posted } from '../../http/http-service.js';
import { inSight, type Stage } from './stage.js';

const dollars = (value: number) => (value >= 1 ? `$${value.toFixed(2)}` : `$${value.toFixed(4)}`);

/** Budgets and alerts. */
export function controlFlows(stage: Stage): void {
  const send = async (path: string, body: object) => {
    const answer = await stage.service.fetch(path, posted(body));
    expect({ path, ok: answer.ok }).toEqual({ path, ok: true });
    return jsonOf<Record<string, unknown>>(answer);
  };

  test('makes a budget, shows what is used and held of it, changes it and deletes it', async () => {
    const from = '2025-01-01T00:00:00Z';
    await send('/v1/budgets', {
      ...{ name: 'looks', scope: 'user', measure: 'cost', limit: 100, window: 'total', from },
      when_unknown: 'refuse',
    });
    const held = await send('/v1/budgets/check', {
      ...{ user_id: 'user-1', estimate: { cost: 0.5 }, hold_seconds: 3600 },
    });
    const [used] = await stage.usage(`from=${from}&user_id=user-1`);
    const page = await stage.open('/budgets');
    await page.getByRole('button', { name: 'New budget…' }).click();
    await page.getByLabel('Name', { exact: true }).fill('Not A Name');
    await page.getByLabel('Limit in dollars').fill('5');
    await page.getByRole('button', { name: 'Create' }).click();
    await page.getByRole('alert').filter({ hasText: 'lower-case' }).waitFor();
    await page.getByLabel('Name', { exact: true }).fill('made-here');
    await page.getByRole('button', { name: 'Create' }).click();
    await page.getByRole('row').filter({ hasText: 'made-here' }).waitFor();
    await page.getByRole('link', { name: 'looks' }).click();
    await page.getByRole('link', { name: 'user-1', exact: true }).click();
    await stage.settled();
    const spent = dollars(Number(used?.cost));
    await page.locator('.budget-use strong', { hasText: spent }).waitFor();
    await page.getByText(String(held.hold_id)).waitFor();
    await page.locator('.chart svg .line').nth(1).waitFor({ state: 'attached' });
    // Without an end of its window there is nothing to forecast.
    expect(await page.getByText('At this pace').count()).toBe(0);
    expect(await page.locator('.chart svg .line').count()).toBe(2);
    const day = 86_400_000;
    const window_start = new Date(Math.floor(Date.now() / day - 30) * day);
    const resets_at = new Date(window_start.getTime() + 120 * day);
    await page.route('**/v1/budgets/looks*', async (route) => {
      const response = await route.fetch();
      const json = { ...(await response.json()), window: 'month', window_start, resets_at };
      await route.fulfill({ response, json });
    });
    await page.reload();
    const pace = page.locator('dt', { hasText: 'At this pace' }).locator('xpath=following::dd[1]');
    const amount = await pace.evaluate((element) => element.firstChild?.textContent);
    const forecast = Number(amount?.replaceAll(/[$,]/g, ''));
    // Thirty or thirty-one days of it have passed.
    expect(forecast / Number(used?.cost)).toBeGreaterThan(120 / 31.1);
    expect(forecast / Number(used?.cost)).toBeLessThan(120 / 29.9);
    await page.locator('.chart svg .line').nth(2).waitFor({ state: 'attached' });
    await page.unroute('**/v1/budgets/looks*');
    await page.reload();
    await page.getByRole('button', { name: 'Change…' }).click();
    await page.getByLabel('Limit in dollars').fill('0.1');
    await page.getByRole('button', { name: 'Save' }).click();
    await page.locator('.budget-use .status', { hasText: 'Refuses' }).waitFor();
    // Only what was changed changes.
    await page.getByText('also while the database is unavailable').waitFor();
    await stage.go('/budgets/made-here');
    await page.getByRole('button', { name: 'Delete…' }).click();
    await page.getByRole('button', { name: 'Delete it' }).click();
    await page.waitForURL(/\/budgets$/);
    await page.getByRole('link', { name: 'looks' }).waitFor();
    await page.getByText('made-here').waitFor({ state: 'detached' });
  });

  test('shows what fires, mutes a rule, tests a channel, and never shows its secret again', async () => {
    const receiver = await openReceiver();
    try {
      const page = await stage.open('/alerts');
      await page.getByText('There is no channel yet, so notifications go nowhere.').waitFor();
      await page.getByRole('button', { name: 'New channel…' }).click();
      await page.getByLabel('Name', { exact: true }).fill('ops');
      await page.getByLabel('URL', { exact: true }).fill(receiver.url);
      await page.getByRole('button', { name: 'Create' }).click();
      const secret = (await page.locator('.made-key code').textContent()) ?? '';
      expect(secret).toMatch(/^whsec_/);
      await page.getByRole('button', { name: 'Close' }).click();
      await page.getByRole('button', { name: 'Send a test to ops' }).click();
      await page.getByText('ops took the test.').waitFor();
      expect(receiver.received).toHaveLength(1);
      await page.getByRole('button', { name: 'New rule…' }).click();
      await page.getByLabel('Name', { exact: true }).fill('spend');
      await page.getByRole('checkbox', { name: 'ops' }).check();
      await page.getByRole('button', { name: 'Create' }).click();
      await page.getByText('A share of any budget is reached').waitFor();
      await evaluate(stage.service.home.tier.database, async () => undefined);
      await stage.open('/alerts');
      const firing = page.getByRole('region', { name: 'Firing now' }).first();
      await firing.getByText('looks of user-1, 50 %, 80 %, 100 %').waitFor();
      const mark = page.locator('.mark-count');
      await mark.waitFor();
      expect(await mark.getAttribute('title')).toBe('1 rule fires');
      await page.getByText('Budget looks of user-1 has reached 100 %').first().waitFor();
      expect(await page.content()).not.toContain(secret);
      expect(await page.content()).not.toContain(new URL(receiver.url).pathname);
      await page.getByRole('button', { name: 'Mute spend' }).click();
      // The table ends below its only row, and must not cut the menu off.
      await page.getByRole('button', { name: 'For a week' }).scrollIntoViewIfNeeded();
      expect(await page.evaluate<readonly string[]>(inSight('.menu button'))).toEqual([
        ...['For an hour', 'For four hours', 'For a day', 'For a week'],
      ]);
      await page.getByRole('button', { name: 'For an hour' }).click();
      await page.getByText('muted until').waitFor();
      await mark.waitFor({ state: 'detached' });
      await page.getByRole('button', { name: 'Unmute spend' }).click();
      await mark.waitFor();
      receiver.answer(500);
      await page.getByRole('button', { name: 'Send a test to ops' }).click();
      await page.getByRole('alert').filter({ hasText: '500' }).waitFor();
      // The screens that are looked at later keep their rule and their channel.
    } finally {
      await receiver.close();
    }
  });
}
