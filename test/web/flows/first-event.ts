import { expect, test } from 'vitest';
import { jsonOf, posted } from '../../http/http-service.js';
import type { Stage } from './stage.js';

/** An empty store, until the first event arrives. */
export function firstEventFlow(stage: Stage): void {
  test('shows how to send the first event, and changes over by itself when it comes', async () => {
    const page = await stage.open('/', { isEmpty: true });
    await page.getByText('There are no events yet').waitFor();
    const shown = (await page.locator('pre').textContent()) ?? '';
    const [, url, body] = /curl '([^']+)'[\s\S]*-d '([\s\S]*)'/.exec(shown) ?? [];
    await page.getByText('Listening for the first event').waitFor();
    const first = await fetch(url ?? '', posted(body ?? ''));
    expect(await jsonOf(first)).toMatchObject({ accepted: 1, folded: true });
    const tokens = page.locator('.tile', { hasText: 'Tokens' }).locator('strong');
    await tokens.filter({ hasText: '1,290' }).waitFor();
  });
}
