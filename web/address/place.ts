import { computed, signal } from '@preact/signals';

/** The path under which the page is served; '' at the root. The assets are one folder below it. */
export const base = new URL(/* @vite-ignore */ '..', import.meta.url).pathname.replace(/\/$/, '');

/** The current address. It contains all state that can be sent to a colleague. */
export const place = signal(new URL(location.href));

/** The path without the base: `/sessions/s-1`. */
export const path = computed(() => {
  const { pathname } = place.value;
  const rest = pathname.startsWith(base) ? pathname.slice(base.length) : pathname;
  return rest.length > 1 ? rest.replace(/\/$/, '') : '/';
});

/** Opens an address of the page. With `replace`, Back does not return to the current one. */
export function go(address: string, { replace = false } = {}): void {
  const next = new URL(address, location.href);
  if (next.href === place.value.href) return;
  if (replace) history.replaceState(null, '', next);
  else history.pushState(null, '', next);
  const isOther = next.pathname !== place.value.pathname;
  place.value = next;
  if (isOther && !replace) scrollTo(0, 0);
}

/** Paths that the page shows itself. Other links leave it. */
const ours =
  /^\/(sessions|runs|agents|models|tools|users|teams|labels|live|budgets|alerts|health|rejects|keys|projects|settings|sign-in)?(\/|$)/;

/** Handles plain clicks on links to the page without reloading it. */
export function followLinks(): void {
  addEventListener('popstate', () => {
    place.value = new URL(location.href);
  });
  document.addEventListener('click', (event) => {
    if (event.defaultPrevented || event.button !== 0) return;
    if (event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return;
    const link = (event.target as Element | null)?.closest?.('a[href]');
    if (!(link instanceof HTMLAnchorElement) || link.target !== '' || link.hasAttribute('download'))
      return;
    const target = new URL(link.href);
    if (target.origin !== location.origin || target.hash !== '') return;
    const inner = target.pathname.slice(base.length);
    if (!target.pathname.startsWith(base) || !ours.test(inner === '' ? '/' : inner)) return;
    event.preventDefault();
    go(link.href, { replace: link.dataset.replace !== undefined });
  });
}
