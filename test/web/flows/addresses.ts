import type { Page } from 'playwright-core';
import { expect, test } from 'vitest';
import { randomNumbers } from '../../../harness/random-numbers.js';
import { clockChanges, type Stage } from './stage.js';

/** The number of states that are tried. Each is opened twice. */
const states = 12;

const shown = (page: Page) =>
  page.evaluate<string>(
    `document.querySelector('main').innerText + ' ' +
      [...document.querySelectorAll('main svg path')].map((path) => path.getAttribute('d')).join(' ')`,
  );

/** A random state that an address can have. */
function stateOf(random: () => number): string {
  const one = <T>(...all: readonly T[]) => all[Math.floor(random() * all.length)] as T;
  const maybe = (text: string) => (random() < 0.5 ? [text] : []);
  const { from, to } = one<(typeof clockChanges)[number]>(...clockChanges);
  const kept = [
    ...one(['range=7d'], ['range=last-month'], [`from=${from}`, `to=${to}`], [], ['range=36h']),
    ...maybe(`tz=${one('Asia/Kathmandu', 'America/New_York', 'Europe/Berlin')}`),
    ...maybe('compare=off'),
    ...maybe(
      one(
        'agent_id=lead',
        'user_id=user-1&user_id=user-2',
        'team_id=research',
        'label.customer=acme&label.customer=globex',
      ),
    ),
  ];
  const [path, own] = one<readonly [string, readonly string[]]>(
    [
      '/',
      [
        ...maybe(`metric=${one('tokens', 'calls', 'time', 'failed_runs', 'tool_errors')}`),
        ...maybe(`by=${one('agent', 'user', 'tool', 'kind', 'session', 'label:customer')}`),
        ...maybe('bucket=hour'),
        ...maybe('hide=writer'),
      ],
    ],
    ['/sessions', [...maybe(`sort=${one('cost', 'runs', 'total_tokens')}`), ...maybe('limit=7')]],
    ['/runs', [...maybe('status=error'), ...maybe('failed=true'), 'limit=9']],
    ['/sessions/spring-0003', maybe(`as=${one('events', 'agno')}`)],
    ['/runs/autumn-0004-run', [...maybe('session=autumn-0004'), ...maybe('as=table')]],
    ['/runs/spring-0000-run', ['session=spring-0000', 'step=spring-0000-run-2']],
    [one('/agents', '/models', '/tools', '/users', '/teams'), maybe('sort=total_tokens')],
    ['/tools/search', maybe('failed=true')],
    ['/labels', maybe('by=label:feature')],
  );
  const search = [...kept, ...own].join('&');
  return search === '' ? path : `${path}?${search}`;
}

/** All state is in the address. */
export function addressFlow(stage: Stage): void {
  test('shows at any address, opened cold, what it showed when it was left', async () => {
    const random = randomNumbers(14);
    await stage.open('/');
    for (let at = 0; at < states; at++) {
      const path = stateOf(random);
      // Through another screen, so that nothing remembered by a screen is shown.
      const page = await stage.go(path);
      const left = await shown(page);
      const url = page.url();
      await page.reload();
      await stage.settled();
      await expect.poll(() => shown(page), { message: path }).toBe(left);
      expect(page.url()).toBe(url);
    }
  });
}
