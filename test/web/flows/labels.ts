import { expect, test } from 'vitest';
import { type Stage, sumOf } from './stage.js';

const dollars = (value: number) => (value >= 1 ? `$${value.toFixed(2)}` : `$${value.toFixed(4)}`);

/** Labels: usage by one, filters that stay from screen to screen, and where they are shown. */
export function labelFlows(stage: Stage): void {
  const range = 'from=2025-03-06T00:00:00Z&to=2025-03-13T00:00:00Z&tz=UTC&compare=off';

  test('shows usage by a label, on a screen of its own and in the chart', async () => {
    const rows = await stage.usage(`${range.replace(/&tz.*/, '')}&group_by=label:customer`);
    const expected = rows.map((row) => [row['label:customer'], dollars(sumOf([row], 'cost'))]);
    expect(expected.map(([name]) => name)).toEqual(['acme', 'globex']);
    const page = await stage.open(`/labels?${range}`);
    const cells = async (selector: string, name: string, figure: string) =>
      Promise.all(
        (await page.locator(selector).all()).map(async (row) => [
          await row.locator(name).textContent(),
          (await row.locator(figure).textContent())?.trim(),
        ]),
      );
    expect(await cells('table.data tbody tr', 'a.id', 'td:last-child')).toEqual(expected);
    await page.getByRole('link', { name: 'feature' }).click();
    await page.locator('table.data tbody a.id', { hasText: 'search' }).waitFor();
    await stage.go(`/?${range}`);
    await page.getByRole('button', { name: 'Label', exact: true }).click();
    await page.getByRole('link', { name: 'customer' }).click();
    await page.waitForURL(/by=label%3Acustomer/);
    await stage.settled();
    expect(await page.locator('.key tbody .name').allTextContents()).toEqual(['acme', 'globex']);
  });

  test('narrows by a label from screen to screen, and shows the labels of runs and steps', async () => {
    const page = await stage.open(`/sessions?${range}&limit=100`);
    await page.getByRole('button', { name: '+ Filter' }).click();
    await page.getByLabel('Field').selectOption('label.customer');
    await page.getByRole('combobox').last().fill('acm');
    await page.getByRole('option', { name: 'acme' }).click();
    await page.waitForURL(/label\.customer=acme/);
    await stage.settled();
    const shown = await page.locator('table.data tbody a.id').allTextContents();
    const listed = await stage.command<{ items: { session_id: string }[] }>(
      ...['sessions', 'list', '--label', 'customer=acme', '--limit', '100'],
      ...['--from', '2025-03-06T00:00:00Z', '--to', '2025-03-13T00:00:00Z'],
    );
    expect(shown).toEqual(listed.items.map(({ session_id }) => session_id));
    expect(shown.length).toBeGreaterThan(5);
    await page.locator('table.data tbody a.id').first().click();
    await page.locator('.facts .label', { hasText: 'acme' }).waitFor();
    expect(page.url()).toContain('label.customer=acme');
    await page.locator('table.data tbody a').first().click();
    await page.waitForURL(/runs/);
    await stage.settled();
    await page.locator('.facts .label', { hasText: 'customer acme' }).waitFor();
    await page.locator('button.step-row').nth(1).click();
    await page.locator('.step-detail .label', { hasText: 'feature search' }).waitFor();
    // Totals are stored by one label at a time; lists know several.
    await stage.go(`/?${range}&label.customer=acme&label.feature=search`);
    await page.getByText('These filters cannot be combined here: customer, feature').waitFor();
    await page.locator('main').getByRole('link', { name: 'sessions' }).click();
    await page.waitForURL(/\/sessions/);
    await stage.settled();
    expect(await page.locator('table.data tbody a.id').allTextContents()).toEqual(shown);
  });

  test('shows the sessions with the most, and the newest calls of a tool that failed', async () => {
    const page = await stage.open(`/?${range}&by=session`);
    const { items } = await stage.command<{ items: { session_id: string }[] }>(
      ...['sessions', 'list', '--order-by', 'cost', '--limit', '10'],
      ...['--from', '2025-03-06T00:00:00Z', '--to', '2025-03-13T00:00:00Z'],
    );
    expect(await page.locator('.split table.data tbody a.id').allTextContents()).toEqual(
      items.map(({ session_id }) => session_id),
    );
    await stage.go(`/tools/search?${range}`);
    const calls = page.getByRole('region', { name: 'Newest calls' }).first();
    await calls.getByRole('switch', { name: 'Only failures' }).click();
    await page.waitForURL(/failed=true/);
    await stage.settled();
    const query = `tool_name=search&newest=true&failed=true&${range.replace(/&tz.*/, '')}`;
    const answer = await stage.service.fetch(`/v1/tool-calls?${query}`);
    const { items: failed } = (await answer.json()) as { items: { run_id: string }[] };
    expect(failed.length).toBeGreaterThan(5);
    expect(await calls.locator('tbody a.id').allTextContents()).toEqual(
      failed.slice(0, 20).map(({ run_id }) => run_id),
    );
    expect(new Set(await calls.locator('td:nth-child(2)').allTextContents())).toEqual(
      new Set(['disk full']),
    );
  });
}
