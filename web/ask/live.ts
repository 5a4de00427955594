import { effect, untracked } from '@preact/signals';
import { parameter } from '../address/parameters.js';
import { place } from '../address/place.js';
import { now } from '../address/range.js';
import { askAnew } from './asking.js';
import { isAway, isQuiet, isSignedOut } from './service.js';

const liveMs = 5_000;
/** A page that was last refreshed longer ago than this is refreshed when somebody looks at it again. */
const oldMs = 60_000;

const isVisible = () => document.visibilityState === 'visible';
const isOld = () => Date.now() - now.peek() > oldMs;

/**
 * Refreshes every five seconds while the address has `live=on` and the page is visible, unless the service asked to
 * wait; and once after the tab was hidden, or the service unreachable.
 */
export function keepLive(): void {
  effect(() => {
    if (parameter('live') !== 'on' || isSignedOut.value) return undefined;
    const timer = setInterval(() => {
      if (isVisible() && !isQuiet()) askAnew();
    }, liveMs);
    return () => clearInterval(timer);
  });
  document.addEventListener('visibilitychange', () => {
    if (isVisible() && (parameter('live') === 'on' || isOld())) askAnew();
  });
  // Hours later, "last hour" on the next screen is still the last one.
  effect(() => {
    void place.value;
    if (isOld()) now.value = Date.now();
  });
  let wasAway = false;
  let lastBack = 0;
  let timer: ReturnType<typeof setTimeout> | undefined;
  const comeBack = () => {
    lastBack = Date.now();
    askAnew();
  };
  effect(() => {
    const isBack = wasAway && !isAway.value;
    wasAway = isAway.value;
    if (!isBack) return;
    // One request that never arrives, among others that do, must not repeat them all at once again and again.
    const wait = lastBack + liveMs - Date.now();
    clearTimeout(timer);
    if (wait <= 0) untracked(comeBack);
    else timer = setTimeout(comeBack, wait);
  });
}
