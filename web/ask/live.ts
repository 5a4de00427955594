import { effect } from '@preact/signals';
import { parameter } from '../address/parameters.js';
import { askAnew } from './asking.js';
import { isSignedOut } from './service.js';

const liveMs = 5_000;

/** Refreshes every five seconds while the address has `live=on` and the page is visible. */
export function keepLive(): void {
  effect(() => {
    if (parameter('live') !== 'on' || isSignedOut.value) return undefined;
    const timer = setInterval(() => {
      if (document.visibilityState === 'visible') askAnew();
    }, liveMs);
    return () => clearInterval(timer);
  });
  document.addEventListener('visibilitychange', () => {
    if (document.visibilityState === 'visible' && parameter('live') === 'on') askAnew();
  });
}
