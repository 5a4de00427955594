import { EventEmitter, once } from 'node:events';
import type { Page } from 'playwright-core';
import { expect, test } from 'vitest';
import { jsonOf } from '../../http/http-service.js';
import {
  cellsOf,
  clockChanges,
  dollars,
  exactDollars,
  type Row,
  type Stage,
  seconds,
  short,
  whole,
} from './stage.js';

interface RunTree {
  readonly run: Row;
  readonly self: Row;
  readonly subtree: Row;
  readonly children: readonly RunTree[];
}

/** The runs of a tree, each before those below it. */
const runsOf = (tree: RunTree): readonly RunTree[] => [tree, ...tree.children.flatMap(runsOf)];

/** The figures of a run's row, without its bars and marks. */
const figuresOf = (cells: readonly string[], ...places: readonly number[]) =>
  places.map((place) => cells[place]?.split(' ')[0]);
const first = (text: string) => text.split(' ')[0];

interface Steps {
  readonly messages: readonly Row[];
  readonly tool_calls: readonly Row[];
}

/** The steps of a run as the timeline shows them: name, tokens, time and cost. */
const stepsOf = ({ messages, tool_calls }: Steps) =>
  [...messages, ...tool_calls].map((step) => [
    step.tool_name ?? step.model ?? step.role,
    step.total_tokens == null ? '' : whole(Number(step.total_tokens)),
    step.time == null ? '–' : seconds(Number(step.time)),
    step.cost == null ? '' : dollars(Number(step.cost)),
  ]);
const shownSteps = (page: Page): Promise<string[][]> =>
  page.evaluate(
    `[...document.querySelectorAll('.rows .step-row')].map((row) =>
      [row.querySelector('.name'), ...row.querySelectorAll('.figure')].map((one) => one.textContent.trim()))`,
  );

/** A time as the page shows it, with seconds. */
const momentIn = (zone: string, text: unknown) =>
  new Intl.DateTimeFormat('en-US', {
    timeZone: zone,
    year: 'numeric',
    month: 'short',
    day: 'numeric',
    hour: '2-digit',
    minute: '2-digit',
    second: '2-digit',
    hourCycle: 'h23',
  }).format(Date.parse(String(text)));

/** Session and run: their figures, their steps, and whether they add up. */
export function runFlows(stage: Stage): void {
  /** The facts in the header of a screen, by name: the text, and the text when hovering. */
  const facts = async (path: string) => {
    const page = await stage.open(path);
    const all = await page
      .locator('.facts')
      .first()
      .locator('> div')
      .evaluateAll((divs) =>
        (
          divs as {
            querySelector(text: string): { textContent: string; title: string } | null;
          }[]
        ).map((div) => [
          div.querySelector('dt')?.textContent,
          {
            text: div.querySelector('dd')?.textContent,
            title: div.querySelector('dd span[title]')?.title,
          },
        ]),
      );
    return {
      page,
      of: Object.fromEntries(all) as Readonly<
        Record<string, { readonly text: string; readonly title: string }>
      >,
    };
  };

  test.each(['UTC', 'Asia/Kathmandu', 'America/New_York'])(
    'shows of a session and a run what the commands say, on both sides of a change of the clock, in %s',
    async (zone) => {
      for (const { name } of clockChanges) {
        const id = `${name}-0022`;
        const { session } = await stage.command<{ session: Row }>('sessions', 'show', id);
        const { page, of } = await facts(`/sessions/${id}?tz=${zone}`);
        expect(of.Cost?.title).toBe(exactDollars(Number(session.cost)));
        expect(of.Runs?.text).toBe(whole(Number(session.runs)));
        expect(of.Messages?.text).toBe(whole(Number(session.messages)));
        expect(of.Tokens?.text).toBe(
          `${whole(Number(session.total_tokens))}${whole(Number(session.cached_tokens))} cached`,
        );
        const failed = Number(session.tool_errors);
        expect(of['Tool calls']?.text).toBe(
          `${whole(Number(session.tool_calls))}${failed > 0 ? `${whole(failed)} failed` : ''}`,
        );
        expect(of.Lasted?.text).toBe(
          seconds(
            (Date.parse(String(session.ended_at)) - Date.parse(String(session.started_at))) / 1000,
          ),
        );
        expect(momentIn(zone, session.started_at)).toContain(of.Started?.text);
        const started = await page.locator('table.data tbody tr td:nth-child(2)').allTextContents();
        const run = `${id}-run`;
        const shown = (await stage.command<{ tree: RunTree }>('runs', 'show', run, '--session', id))
          .tree;
        expect(started).toContain(momentIn(zone, shown.run.started_at));
        const runs = runsOf(shown);
        let soFar = 0;
        expect(runs).toHaveLength(2);
        expect(
          (await cellsOf(page, 'Runs')).map((cells) => figuresOf(cells, 4, 5, 6, 7, 8)),
        ).toEqual(
          runs.map(({ run: one }) => {
            soFar += Number(one.cost);
            return [
              first(seconds(Number(one.run_time))),
              whole(Number(one.tool_calls)),
              short(Number(one.total_tokens)),
              dollars(Number(one.cost)),
              dollars(soFar),
            ];
          }),
        );
        const { of: ofRun } = await facts(`/runs/${run}?session=${id}&tz=${zone}`);
        expect(ofRun.Tokens?.text).toBe(
          `${whole(Number(shown.subtree.total_tokens))}${whole(Number(shown.self.total_tokens))} itself`,
        );
        expect(ofRun.Cost?.title).toBe(exactDollars(Number(shown.subtree.cost)));
        expect(ofRun.Started?.text).toBe(momentIn(zone, shown.run.started_at));
        expect(ofRun['Wall clock']?.text).toBe(seconds(Number(shown.run.run_time)));
        expect(ofRun['First token']?.text).toBe(seconds(Number(shown.run.time_to_first_token)));
        expect(
          (await cellsOf(page, 'Runs it delegated to')).map((cells) =>
            figuresOf(cells, 3, 4, 5, 6, 7),
          ),
        ).toEqual(
          runs.map(({ run: one, self, subtree }) => [
            whole(Number(self.tool_calls)),
            first(seconds(Number(one.run_time))),
            short(Number(self.total_tokens)),
            dollars(Number(self.cost)),
            dollars(Number(subtree.cost)),
          ]),
        );
        await page.getByText('The steps add up to the totals').waitFor();
        const steps = await Promise.all(
          runs.map(({ run: { run_id } }) =>
            stage.command<Steps>('runs', 'show', String(run_id), '--session', id),
          ),
        );
        expect((await shownSteps(page)).sort()).toEqual(steps.flatMap(stepsOf).sort());
      }
    },
  );

  test('shows a run step by step, and that the steps add up', async () => {
    const page = await stage.open('/runs/session-0000-run?session=session-0000');
    await page.getByText('The steps add up to the totals').waitFor();
    expect(await page.locator('.rows .step-name .name').allTextContents()).toEqual([
      ...['user', 'model-a', 'delegate', 'model-a', 'search', 'model-a'],
    ]);
    expect(await page.locator('.rows .failed-text').allTextContents()).toEqual(['disk full']);
    await page.locator('.rows button').nth(1).click();
    await page.keyboard.press('j');
    await page.waitForURL(/step=session-0000-run-3/);
    await page.getByRole('link', { name: 'Agno JSON' }).click();
    await stage.settled();
    const agno = await jsonOf(
      stage.service.fetch('/v1/runs/session-0000-run/metrics?session_id=session-0000'),
    );
    await expect
      .poll(async () => JSON.parse((await page.locator('.json pre').textContent()) ?? ''))
      .toEqual(agno);
  });

  test('shows a corrected step with what was sent, the difference, and what it counts as', async () => {
    const id = 'session-0007-run-2';
    await stage.command('correct', id, '--session', 'session-0007', '--set', 'cost=0.5');
    const page = await stage.open(`/runs/session-0007-run?session=session-0007&step=${id}`);
    const rows = page.locator('.step-detail table tr');
    await rows.nth(3).waitFor();
    expect(await rows.locator('td:last-child').allTextContents()).toEqual([
      ...['$0.0123', '$0.4877', '$0.50'].map((text) => expect.stringContaining(text) as string),
    ]);
    await page.getByText('The steps add up to the totals').waitFor();
  });

  test('draws of 5,000 steps those in sight, and adds up all', async () => {
    const at = Date.parse('2025-02-01T12:00:00Z');
    for (let first = 0; first < 5_000; first += 1_000) {
      await stage.send(
        Array.from({ length: 1_000 }, (_, index) => ({
          id: `long-${first + index}`,
          run_id: 'long',
          session_id: 'long',
          type: 'message',
          role: 'assistant',
          model: 'long-model',
          occurred_at: new Date(at + (first + index) * 100).toISOString(),
          metrics: { input_tokens: 1, output_tokens: 1, time: 0.1, cost: 0.000001 },
        })),
      );
    }
    // The first rows are there before the next steps come.
    const page = await stage.open('/runs');
    const gate = new EventEmitter();
    const held = once(gate, 'open');
    const next = /\/steps\?.*cursor=/;
    await page.route(next, async (route) => {
      await held;
      await route.continue();
    });
    await page.goto('/runs/long');
    await page.getByText('1,000 steps so far').waitFor();
    expect(await page.locator('.rows .step-name .name').first().textContent()).toBe('long-model');
    gate.emit('open');
    await page.getByText('5,000 steps of 1 run, added here: 10,000 tokens · $0.0050').waitFor();
    expect(await page.locator('.rows > div').count()).toBeLessThan(200);
    await page.locator('.rows button').first().click();
    await page.keyboard.press('j');
    await page.waitForURL(/step=long-1$/);
    await page.unroute(next);
    // The row comes into view and into focus a moment after the address changes.
    await page.locator('.rows > [data-row="1"] button:focus').waitFor();
    await page.evaluate('scrollTo(0, document.body.scrollHeight)');
    await page.locator('.rows > [data-row="4999"]').waitFor();
    expect(await page.locator('.rows > div').count()).toBeLessThan(200);
  });

  test('turns red at the next look where a total was tampered with', async () => {
    const { database } = stage.service.home.tier;
    const tamper = (by: number) =>
      database.query(
        `update runfold_internal.run set cost_nanos = cost_nanos + $1
        where session_id = 'session-0003' and run_id = 'session-0003-member'`,
        [by],
      );
    const page = await stage.open('/runs/session-0003-run?session=session-0003');
    await page.getByText('The steps add up to the totals').waitFor();
    await tamper(1);
    try {
      // A reload reads again.
      await page.reload();
      await page.getByText('The steps do not add up to the totals.').waitFor();
      expect(await page.locator('.adds-up').textContent()).toContain('$0.032757001 in the totals');
      await page.locator('.side-foot .proof.different').waitFor();
      await stage.go('/sessions/session-0003');
      await page.getByText('The runs do not add up to the totals.').waitFor();
      await page.locator('.side-foot .proof.different').waitFor();
    } finally {
      await tamper(-1);
    }
    await page.reload();
    await page.getByText('The runs add up to the totals').waitFor();
    await page.locator('.side-foot .proof.unknown').waitFor();
  });
}
