import { useEffect, useState } from 'preact/hooks';
import { copyAddress } from '../address/copy-address.js';
import { change, parameter, screen } from '../address/parameters.js';
import { go } from '../address/place.js';
import { end, rfc3339, span } from '../address/range.js';
import { preferences } from '../ask/preferences.js';
import { Dialog } from './dialog.js';
import { Find } from './find.js';

const places: Readonly<Record<string, readonly [string, string]>> = {
  o: ['/', 'Overview'],
  s: ['/sessions', 'Sessions'],
  r: ['/runs', 'Runs'],
  l: ['/live', 'Live'],
  a: ['/agents', 'Agents'],
  m: ['/models', 'Models'],
  t: ['/tools', 'Tools'],
  u: ['/users', 'Users'],
  b: ['/budgets', 'Budgets'],
  e: ['/alerts', 'Alerts'],
  h: ['/health', 'Health'],
  k: ['/keys', 'Keys'],
  p: ['/projects', 'Projects'],
};

const meanings: readonly (readonly [string, string])[] = [
  ['/', 'Find'],
  ['f', 'Add a filter'],
  ['t', 'Choose the time'],
  ['[ ]', 'Move the range back, forward'],
  ['-', 'Double the range'],
  ['l', 'Live on or off'],
  ['j k ↵', 'Rows of a table: down, up, open'],
  ['c', 'Copy the address'],
  ...Object.entries(places).map(([key, [, name]]) => [`g ${key}`, name] as const),
  ['?', 'This list'],
];

/** Moves the range by its own length. */
function shift(by: number): void {
  const length = end.value - span.value.from;
  const to = end.value + by * length;
  // There is nothing after the current time.
  if (by > 0 && span.value.to === undefined) return;
  change({ range: undefined, from: rfc3339(span.value.from + by * length), to: rfc3339(to) });
}

function widen(): void {
  const length = end.value - span.value.from;
  change({
    range: undefined,
    from: rfc3339(span.value.from - length),
    to: span.value.to === undefined ? undefined : rfc3339(span.value.to),
  });
}

const click = (selector: string) => document.querySelector<HTMLElement>(selector)?.click();

/** Moves the focus among the links of a table's rows. */
function moveRow(by: number): void {
  const links = [
    ...document.querySelectorAll<HTMLElement>(
      'main table.data tbody tr td:first-child a, main table.data tbody tr a.id',
    ),
  ];
  const rows = [...new Map(links.map((link) => [link.closest('tr'), link])).values()];
  const at = rows.indexOf(document.activeElement as HTMLElement);
  rows[Math.max(0, Math.min(rows.length - 1, at + by))]?.focus();
}

/** Keys of the whole page. Single-letter keys can be disabled (WCAG 2.1.4). */
export function Keys() {
  const [shown, show] = useState<'find' | 'help' | undefined>();
  useEffect(() => {
    let awaitsPlace = 0;
    const acts: Readonly<Record<string, () => void>> = {
      '/': () => show('find'),
      '?': () => show('help'),
      f: () => click('.chip.add'),
      t: () => click('.range-button'),
      '[': () => shift(-1),
      ']': () => shift(1),
      '-': widen,
      l: () => change({ live: parameter('live') === 'on' ? undefined : 'on' }, { replace: true }),
      j: () => moveRow(1),
      k: () => moveRow(-1),
      c: copyAddress,
    };
    const onKeyDown = (event: KeyboardEvent) => {
      if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey) return;
      if (preferences.value.has_keys === false) return;
      const target = event.target as Element | null;
      if (target?.closest('input, select, textarea, dialog, [role="dialog"]') != null) return;
      if (awaitsPlace > Date.now() - 1_500) {
        awaitsPlace = 0;
        const to = places[event.key]?.[0];
        if (to === undefined) return;
        event.preventDefault();
        go(screen(to));
        return;
      }
      if (event.key === 'g') {
        awaitsPlace = Date.now();
        return;
      }
      const act = acts[event.key];
      if (act === undefined) return;
      event.preventDefault();
      act();
    };
    document.addEventListener('keydown', onKeyDown);
    return () => document.removeEventListener('keydown', onKeyDown);
  }, []);
  if (shown === 'find') return <Find onClose={() => show(undefined)} />;
  if (shown === undefined) return null;
  return (
    <Dialog title="Keys" onClose={() => show(undefined)}>
      <dl class="key-list">
        {meanings.map(([key, meaning]) => (
          <div key={key}>
            <dt>
              <kbd>{key}</kbd>
            </dt>
            <dd>{meaning}</dd>
          </div>
        ))}
      </dl>
    </Dialog>
  );
}
