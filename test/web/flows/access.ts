import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Page } from 'playwright-core';
import { expect, test } from 'vitest';
import { revokeKey } from '#runfold/store/api-keys.js';
import { createProject } from '#runfold/store/projects.js';
import { jsonOf, posted } from '../../http/http-service.js';
import type { Stage } from './stage.js';

/** A foreign site whose page tries what an attacker would. */
async function openStranger(html: string) {
  const server = createServer((_request, response) => {
    response.setHeader('content-type', 'text/html').end(html);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://localhost:${port}`,
    close: () => new Promise((resolve) => server.close(resolve)),
  };
}

/**
 * Who is admitted and who is not. It is the last of the flows, because the service requires a key
 * after its first one.
 */
export function accessFlows(stage: Stage): void {
  test('lets no page of another site in: neither a form, nor a script, nor a name of its own', async () => {
    const { origin, port } = new URL(stage.service.http.url);
    const event = `{"type":"message","role":"user","run_id":"forged","x":"`;
    const stranger = await openStranger(
      `<form method="post" enctype="text/plain" action="${origin}/v1/events">
        <input name='${event}' value='"}'><button>Go</button></form>`,
    );
    try {
      const page = await stage.openStranger(stranger.url);
      const [sent] = await Promise.all([
        page.waitForResponse(/v1\/events/).catch(() => undefined),
        page.goto('/').then(() => page.getByRole('button').click()),
      ]);
      expect([403, 421]).toContain(sent?.status());
      await page.goto('/');
      const tried = `fetch('${origin}/v1/runs').then((answer) => answer.status, () => 'refused')`;
      expect(await page.evaluate(tried)).toBe('refused');
      // A name that resolves to this machine is not this machine's own.
      const rebound = await stage.openStranger(`http://rebound.localhost:${port}`);
      const answer = await rebound.goto('/v1/runs');
      expect(answer?.status()).toBe(421);
      expect((await stage.service.fetch('/v1/runs/forged')).status).toBe(404);
    } finally {
      await stranger.close();
    }
  }, 30_000);

  const signIn = async (page: Page, key: string) => {
    await page.getByLabel('Key', { exact: true }).fill(key);
    await page.getByRole('button', { name: 'Sign in' }).click();
  };
  const textOf = ({ headers }: { headers: { authorization: string } }) =>
    headers.authorization.slice('Bearer '.length);

  test('asks for a key once there are some, and lists, makes and revokes them', async () => {
    const { headers } = await stage.service.key(1, ['read', 'admin']);
    const page = await stage.openOther();
    await page.goto('/keys');
    await signIn(page, 'rf_wrong');
    await page.getByText('This key is unknown or revoked.').waitFor();
    await signIn(page, textOf({ headers }));
    await page.getByRole('heading', { name: 'Keys', exact: true }).waitFor();
    await page.getByLabel('Name').fill('reports');
    await page.getByRole('button', { name: 'Create' }).click();
    const made = (await page.locator('.made-key code').textContent()) ?? '';
    const asReports = { headers: { authorization: `Bearer ${made}` } };
    expect((await stage.service.fetch('/v1/runs', asReports)).status).toBe(200);
    await page.locator('tr', { hasText: 'reports' }).getByRole('button').click();
    await page.getByRole('button', { name: 'Revoke it' }).click();
    await page.locator('tr', { hasText: 'reports' }).getByText('revoked').waitFor();
    const listed = stage.service.fetch('/v1/keys', { headers });
    const { items } = await jsonOf<{ items: { name: string; revoked_at: string | null }[] }>(
      listed,
    );
    expect(items.find(({ name }) => name === 'reports')?.revoked_at).not.toBeNull();
    // Script could leak what it can read, so no key is within its reach.
    expect(page.url()).not.toContain('rf_');
    const inReach =
      'JSON.stringify(localStorage) + JSON.stringify(sessionStorage) + document.cookie';
    expect(await page.evaluate(inReach)).toBe('{}{}');
  });

  test('signs in over the screen that was asked for, changes between two projects, and signs out', async () => {
    const { database } = stage.service.home.tier;
    const { id: other } = await createProject(database, { name: 'other' });
    const [mine, theirs] = [
      await stage.service.key(1, ['read']),
      await stage.service.key(other, ['read']),
    ];
    const page = await stage.openOther();
    await page.goto('/sessions/session-0000?as=events');
    await signIn(page, textOf(mine));
    await page.getByRole('heading', { name: 'Events as recorded' }).waitFor();
    // A key that only reads sees budgets and rules, and changes none.
    await page.goto('/budgets');
    await page.getByRole('link', { name: 'looks' }).waitFor();
    expect(await page.getByRole('button', { name: 'New budget…' }).count()).toBe(0);
    await page.goto('/alerts');
    await page.getByText('A share of any budget is reached').first().waitFor();
    for (const name of ['New rule…', 'New channel…', 'Mute spend', 'Delete spend'])
      expect([name, await page.getByRole('button', { name }).count()]).toEqual([name, 0]);
    // Signed in to a second project too. From then on the address names the project.
    await page.evaluate(
      `fetch('/v1/sign-in', { method: 'POST', headers: { 'content-type': 'application/json' },
        body: ${JSON.stringify(JSON.stringify({ key: textOf(theirs) }))} })`,
    );
    await page.goto('/projects');
    await page.locator('main').getByRole('link', { name: 'other' }).click();
    await page.waitForURL(new RegExp(`project=${other}`));
    await page.getByRole('link', { name: 'Sessions' }).click();
    await page.getByText('There are no events yet').waitFor();
    // A user's message has no figures: it is listed, but counted nowhere.
    const sender = await stage.service.key(other, ['ingest']);
    await stage.service.fetch('/v1/events?wait=true', {
      ...posted([{ type: 'message', role: 'user', run_id: 'asked' }]),
      headers: { ...sender.headers, 'content-type': 'application/json' },
    });
    await page.getByRole('link', { name: 'asked' }).waitFor();
    await page.getByRole('link', { name: 'Overview' }).click();
    await page.getByText('Nothing in the last 28 days that is counted here').waitFor();
    await page.locator('main').getByRole('link', { name: 'sessions' }).click();
    await page.getByRole('link', { name: 'asked' }).waitFor();
    await page.goto('/sessions?project=1&limit=5');
    await page.locator('table.data tbody a.id').first().waitFor();
    // Revoked by somebody else: the screen asks for a key again, at the same address.
    await revokeKey(database, { id: mine.id, project: 1 });
    await expect
      .poll(async () => {
        await page.reload();
        return page.getByLabel('Key', { exact: true }).count();
      })
      .toBe(1);
    expect(page.url()).toMatch(/\/sessions\?limit=5&project=1$|\/sessions\?project=1&limit=5$/);
    await signIn(page, textOf(mine));
    await page.getByText('This key is unknown or revoked.').waitFor();
    // An expired key counts as unknown.
    const late = await stage.service.key(1, ['read']);
    await database.query(
      `update runfold_internal.api_key set expires_at = now() - interval '1 second' where id = $1`,
      [late.id],
    );
    await signIn(page, textOf(late));
    await page.getByText('This key is unknown or revoked.').waitFor();
    await signIn(page, textOf(await stage.service.key(1, ['read'])));
    await page.locator('table.data tbody a.id').first().waitFor();
    // Another tab goes out and in with it.
    const tab = await page.context().newPage();
    await tab.goto('/runs?limit=5');
    await tab.locator('table.data tbody a.id').first().waitFor();
    await page.getByRole('button', { name: 'Sign out' }).click();
    for (const one of [page, tab]) await one.getByLabel('Key', { exact: true }).waitFor();
    await page.reload();
    await page.getByLabel('Key', { exact: true }).waitFor();
    await signIn(tab, textOf(await stage.service.key(1, ['read'])));
    for (const one of [page, tab]) await one.locator('table.data tbody a.id').first().waitFor();
  });
}
