import type { Page } from 'playwright-core';
import { expect, test } from 'vitest';
import { openTcpProxy } from '../../../harness/tcp-proxy.js';
import type { Stage } from './stage.js';

const runs = 40;
const eventsOfRun = 50;

/** The events of a run. Their first shown number is the run's. */
const eventsOf = (run: number) =>
  Array.from({ length: eventsOfRun }, (_, index) => ({
    id: `live-${run}-${index}`,
    run_id: `live-${run}`,
    session_id: 'live',
    type: 'message',
    role: 'assistant',
    model: 'm',
    occurred_at: new Date().toISOString(),
    metrics: { input_tokens: 1, output_tokens: 1, cost: 0.001 },
  }));

/** How many events the lines represent, by run. */
async function counted(page: Page): Promise<Readonly<Record<string, number>>> {
  const lines = await page.locator('table.data tbody tr').evaluateAll((rows) =>
    (
      rows as {
        cells: { textContent: string }[];
        querySelector(text: string): { textContent: string };
      }[]
    ).map((row) => [row.querySelector('a.id').textContent, row.cells[1]?.textContent ?? '']),
  );
  const counts: Record<string, number> = {};
  for (const [run = '', what = ''] of lines) {
    counts[run] = (counts[run] ?? 0) + Number(/^(\d+) events of a run/.exec(what)?.[1] ?? 1);
  }
  return counts;
}

const hide = (isHidden: boolean) => `
  Object.defineProperty(document, 'visibilityState', {
    value: '${isHidden ? 'hidden' : 'visible'}', configurable: true });
  document.dispatchEvent(new Event('visibilitychange'));`;

/** The tail: each event is counted once, whatever happens in between. */
export function liveFlow(stage: Stage): void {
  test('keeps lists live in two tabs of one browser at once', async () => {
    const page = await stage.openOther();
    const second = await page.context().newPage();
    for (const tab of [page, second]) {
      await tab.goto('/sessions?limit=5&live=on');
      await stage.settled(tab);
    }
    for (const id of ['both-1', 'both-2']) {
      await stage.send([
        {
          ...{ id, run_id: id, session_id: id, type: 'message', role: 'user' },
          occurred_at: new Date().toISOString(),
        },
      ]);
      for (const tab of [page, second])
        await tab.locator('table.data tbody a.id', { hasText: id }).waitFor();
    }
  });

  test('follows 2,000 events over a pause, a hidden tab and a killed connection: none twice, none left out', async () => {
    const proxy = await openTcpProxy(stage.service.http.url, 80);
    try {
      const page = await stage.openOther(proxy.url);
      const stream = page.waitForResponse(/v1\/tail/);
      await page.goto('/live');
      await stream;
      await page.getByText('Following').waitFor();
      const second = await page.context().newPage();
      const itsStream = second.waitForResponse(/v1\/tail/);
      await second.goto('/live');
      await itsStream;
      const pause = page.getByRole('button', { name: 'Pause' });
      let run = 0;
      const some = async (count: number) => {
        const last = run + count;
        for (; run < last; run += 4)
          await stage.send([0, 1, 2, 3].flatMap((next) => eventsOf(run + next)));
      };
      const all = async () => {
        const expected = Object.fromEntries(
          Array.from({ length: run }, (_, at) => [`live-${at}`, eventsOfRun]),
        );
        await expect.poll(() => counted(page), { timeout: 30_000 }).toEqual(expected);
      };
      // Paused before the first event.
      await pause.click();
      await page.getByText('Paused').waitFor();
      await some(8);
      expect(await counted(page)).toEqual({});
      await page.getByRole('button', { name: 'Continue' }).click();
      // A second tab follows from the same place, whatever the first does.
      await expect
        .poll(() => counted(second), { timeout: 30_000 })
        .toEqual(Object.fromEntries(Array.from({ length: 8 }, (_, at) => [`live-${at}`, 50])));
      await second.close();
      await all();
      await page.evaluate(hide(true));
      await page.getByText('Waiting while you read').waitFor();
      await some(8);
      await page.evaluate(hide(false));
      await all();
      await some(8);
      proxy.drop();
      await some(8);
      await all();
      await pause.click();
      await some(8);
      await page.getByRole('button', { name: 'Continue' }).click();
      await all();
      expect(run).toBe(runs);
      await page.getByRole('button', { name: 'Only failures' }).click();
      await page.getByText('No event that arrived matches the filters.').waitFor();
    } finally {
      await proxy.close();
    }
  });
}
