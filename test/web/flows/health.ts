import { pino } from 'pino';
import { expect, test } from 'vitest';
import { openHttpServer } from '#runfold/http/server/open-http-server.js';
import { openTier } from '#runfold/tier.js';
import { withClient } from '../../../harness/postgres-server.js';
import { openTcpProxy } from '../../../harness/tcp-proxy.js';
import { waitUntil } from '../../../harness/wait-until.js';
import { pageEvents } from './page-events.js';
import type { Stage } from './stage.js';

/** The state of Runfold itself: the audit, rebuilds, rejects, and an unavailable service. */
export function healthFlows(stage: Stage): void {
  test('proves on Health that the totals equal the log, and turns red where one does not', async () => {
    const { database } = stage.service.home.tier;
    const tamper = (by: number) =>
      database.query(
        `update runfold_internal.run set input_tokens = input_tokens + $1
        where session_id = 'session-0005' and run_id = 'session-0005-run'`,
        [by],
      );
    const page = await stage.open('/health');
    await page.locator('.side-foot').getByText('Not proved yet').waitFor();
    await page.getByRole('button', { name: 'Prove it' }).click();
    await page.getByRole('heading', { name: 'The totals equal the log' }).waitFor();
    await page.locator('.side-foot .proof.equal', { hasText: 'Totals = log' }).waitFor();
    await tamper(1);
    let isMended = false;
    try {
      await page.getByRole('button', { name: 'Prove again' }).click();
      await page.getByRole('heading', { name: 'The totals differ from the log' }).waitFor();
      await page.locator('.side-foot .proof.different').waitFor();
      expect(await page.getByLabel('Differences').textContent()).toContain('session-0005-run');
      // First a dry run, then a real rebuild that repairs the total.
      await page.getByRole('button', { name: 'Dry run' }).click();
      await page.getByText('Dry run: nothing was changed').waitFor();
      expect(await page.getByLabel('Rows that differed').textContent()).toContain('run');
      await page.getByRole('button', { name: 'Rebuild…' }).click();
      await page.getByRole('button', { name: 'Rebuild them' }).click();
      await page.getByText('Rebuilt: rows that differed were corrected').waitFor();
      isMended = true;
    } finally {
      if (!isMended) await tamper(-1);
    }
    await page.getByRole('button', { name: 'Prove again' }).click();
    await page.locator('.side-foot .proof.equal').waitFor();
  });

  test('proves while events come in, and lets go of a proof that is cancelled', async () => {
    const page = await stage.open('/health');
    const url = stage.service.home.options.database_url ?? '';
    await withClient(url, async (client) => {
      // A blocked audit is still running when it is cancelled. The status does not read this table.
      await client.query('begin; lock table runfold_internal.run_label in access exclusive mode');
      await page.getByRole('button', { name: /^Prove/ }).click();
      await page.getByRole('heading', { name: 'The log is being folded again' }).waitFor();
      await page.getByRole('button', { name: 'Cancel' }).click();
      // It ends between two projections.
      await client.query('rollback');
    });
    await page.getByRole('heading', { name: 'The proof was cancelled' }).waitFor();
    const sending = stage.send(pageEvents(Date.now() - 50 * 86_400_000, 10, 10, 'meanwhile'));
    await page.getByRole('button', { name: /^Prove/ }).click();
    await page.getByRole('heading', { name: 'The totals equal the log' }).waitFor();
    await page.locator('.side-foot .proof.equal').waitFor();
    await sending;
    await page.getByRole('button', { name: 'A sample of 200 sessions' }).click();
    await page.getByText('200 sessions folded again at').waitFor();
    await page.getByRole('heading', { name: 'The totals equal the log' }).waitFor();
  });

  test('shows a running proof again: on return to Health, after a reload, and in a second tab', async () => {
    const page = await stage.openOther();
    await page.goto('/health');
    await withClient(stage.service.home.options.database_url ?? '', async (client) => {
      // Only the audit reads this table; cost over time, for one, reads the totals of tools.
      await client.query('begin; lock table runfold_internal.run_label in access exclusive mode');
      const runs = 'The log is being folded again';
      await page.getByRole('button', { name: /^Prove/ }).click();
      await page.getByRole('heading', { name: runs }).waitFor();
      await page.getByRole('link', { name: 'Settings' }).click();
      await page.getByRole('heading', { name: 'In this browser' }).waitFor();
      await page.getByRole('link', { name: 'Health', exact: true }).click();
      await page.getByRole('heading', { name: runs }).waitFor();
      await page.reload();
      await page.getByRole('heading', { name: runs }).waitFor();
      const second = await page.context().newPage();
      await second.goto('/health');
      await second.getByRole('heading', { name: runs }).waitFor();
      await second.getByRole('button', { name: 'Cancel' }).click();
      await client.query('rollback');
      for (const tab of [second, page])
        await tab.getByRole('heading', { name: 'The proof was cancelled' }).waitFor();
    });
  });

  test('waits as long as a service asks that has too many requests, and then goes on', async () => {
    const { target, queue } = stage.service.home.tier;
    const http = await openHttpServer({
      ...{ target, queue, log: pino({ level: 'silent' }), port: 0 },
      // One request every two seconds.
      limits: { requests_per_second: 0.5 },
    });
    try {
      const page = await stage.openOther(http.url);
      const refused = new Map<string, { readonly at: number; readonly wait: number }>();
      const early: unknown[] = [];
      let refusals = 0;
      page.on('response', (answer) => {
        const url = answer.url();
        const { startTime: at } = answer.request().timing();
        const before = refused.get(url);
        // Timers are never early by more than some milliseconds.
        if (before !== undefined && at - before.at < before.wait * 1000 - 100)
          early.push({ url, after: at - before.at, ...before });
        refused.delete(url);
        if (answer.status() !== 429) return;
        refusals++;
        refused.set(url, { at, wait: Number(answer.headers()['retry-after']) });
      });
      await page.goto('/sessions?limit=5');
      await page
        .getByRole('button', { name: /^Trying again in \d+ s$/ })
        .first()
        .waitFor();
      await page.getByText('More than 0.5 requests per second').first().waitFor();
      await page.locator('table.data tbody tr').nth(4).waitFor();
      await page.locator('main [role="alert"]').first().waitFor({ state: 'detached' });
      expect(refusals).toBeGreaterThan(0);
      expect(early).toEqual([]);
    } finally {
      await http.close();
    }
  });

  test('lists rejects, sends them again, and drops them', async () => {
    const { database } = stage.service.home.tier;
    const again = { id: 'again-1', type: 'message', role: 'user', run_id: 'again' };
    const payloads = [
      again,
      { ...again, id: 'again-2', metrics: { input_tokens: -3 } },
      { ...again, id: 'again-3' },
      ...[1, 2].map((run_id) => ({ type: 'message', run_id })),
    ];
    for (const [at, payload] of payloads.entries()) {
      await database.query(
        `insert into runfold_internal.rejected_event (id, project, position, job_id, code, message, payload)
        values ($1, 1, 0, 'job', $2, $3, $4)`,
        [
          `00000000-0000-4000-8000-00000000000${at}`,
          at > 2 ? 'unknown_shape' : 'invalid_event',
          at === 1 ? 'metrics.input_tokens: expected an integer from 0, got -3' : 'was invalid',
          JSON.stringify(payload),
        ],
      );
    }
    const page = await stage.open('/health');
    await page.getByRole('link', { name: '5 rejects' }).click();
    const rows = page.locator('table.data tbody tr');
    await rows.nth(4).waitFor();
    // One: the input with the wrong field marked. It is still refused.
    await page.getByRole('button', { name: 'Open' }).nth(3).click();
    const opened = page.getByRole('dialog');
    expect(await opened.locator('mark').textContent()).toContain('"input_tokens": -3');
    await opened.getByRole('button', { name: 'Send it again' }).click();
    await opened.getByRole('alert').waitFor();
    await opened.getByRole('button', { name: 'Drop it permanently' }).click();
    await page.getByRole('heading', { name: '4 rejects' }).waitFor();
    // The selected ones.
    await page.getByRole('checkbox', { name: 'Choose the reject of' }).nth(2).check();
    await page.getByRole('button', { name: 'Send 1 again…' }).click();
    await page.getByRole('button', { name: 'Send them' }).click();
    await page.getByText('1 reject sent again').waitFor();
    await page.getByRole('button', { name: 'Close' }).click();
    await page.getByRole('heading', { name: '3 rejects' }).waitFor();
    // All of a code: dropping asks for their number.
    await page.getByRole('link', { name: 'unknown_shape' }).first().click();
    await page.getByRole('button', { name: 'Drop all 2…' }).click();
    const drop = page.getByRole('button', { name: 'Drop them' });
    expect(await drop.isDisabled()).toBe(true);
    await page.getByLabel('Type 2 to confirm').fill('2');
    await drop.click();
    await page.getByText('2 rejects dropped').waitFor();
    await page.getByRole('button', { name: 'Close' }).click();
    await page.getByText('No reject has the code unknown_shape').waitFor();
    await page.getByRole('link', { name: 'All rejects' }).click();
    await page.getByRole('button', { name: 'Send all 1 again…' }).click();
    await page.getByRole('button', { name: 'Send them' }).click();
    await page.getByText('1 reject sent again').waitFor();
    await page.getByRole('button', { name: 'Close' }).click();
    await page.getByText('every event was stored').waitFor();
    await waitUntil(
      () => stage.command<{ run: { messages: number } }>('runs', 'show', 'again'),
      ({ run }) => run.messages === 2,
      { what: 'both events' },
    );
  });

  test('says that the database is away, counts down, and goes on by itself when it is back', async () => {
    const { options } = stage.service.home;
    const proxy = await openTcpProxy(options.database_url ?? '', 5432);
    const tier = await openTier({ ...options, database_url: proxy.url, connections: 3 });
    const http = await openHttpServer({
      target: tier.target,
      queue: tier.queue,
      log: pino({ level: 'silent' }),
      port: 0,
    });
    try {
      const page = await stage.openOther(http.url);
      await page.goto('/sessions?limit=5');
      await stage.settled(page);
      await proxy.cut();
      await page.getByRole('switch', { name: 'Only failures' }).click();
      await page
        .getByRole('button', { name: /^Trying again in \d+ s$/ })
        .first()
        .waitFor();
      await page.goto('/health');
      await page.getByRole('alert').first().waitFor();
      await page.goBack();
      await proxy.restore();
      await page.locator('table.data tbody tr').first().waitFor();
    } finally {
      await http.close();
      await tier.close();
      await proxy.close();
    }
  });

  test('asks for everything again only once in a while if one request among others never arrives', async () => {
    const page = await stage.openOther();
    // Timers of some seconds are left out, so that no clock is measured.
    await page.addInitScript(
      `{ const real = setTimeout; setTimeout = (act, ms, ...more) => ms > 2000 ? 0 : real(act, ms, ...more); }`,
    );
    let refused = 0;
    await page.route(/\/v1\/usage\?.*group_by=tool_name/, (route) => {
      refused++;
      return route.abort();
    });
    await page.goto('/');
    await page.getByText('The service is not responding. Is it still running?').waitFor();
    await page.locator('.key tfoot').waitFor();
    await page.waitForTimeout(1500);
    expect(refused).toBeLessThanOrEqual(2);
  });

  test('says that the service is away, keeps what it showed, and goes on when it is back', async () => {
    const proxy = await openTcpProxy(stage.service.http.url, 80);
    try {
      const page = await stage.openOther(proxy.url);
      await page.goto('/sessions?limit=5');
      await stage.settled(page);
      await proxy.cut();
      await page.getByRole('switch', { name: 'Only failures' }).click();
      const away = page.getByText('The service is not responding. The figures shown may be old.');
      await away.waitFor();
      await page.getByText('The service is not responding. Is it still running?').first().waitFor();
      await proxy.restore();
      // One card that tries again is enough: the others follow.
      await page.getByRole('button', { name: 'Try again' }).last().click();
      await page.locator('table.data tbody tr').first().waitFor();
      await away.waitFor({ state: 'detached' });
      await page.locator('main [role="alert"]').first().waitFor({ state: 'detached' });
      await page.goBack();
      await stage.settled(page);
      expect(await page.locator('table.data tbody tr').count()).toBe(5);
    } finally {
      await proxy.close();
    }
  });
}
