import { computed, effect, signal } from '@preact/signals';
import type { ServiceStatus } from '../../src/client.js';
import { ApiError } from '../../src/client.js';
import { projectZone } from '../address/range.js';
import { beat } from './asking.js';
import { notePace } from './pace.js';
import { isSignedOut, service } from './service.js';

/** The last known state of the service; undefined before the first. */
export const status = signal<ServiceStatus | undefined>(undefined);
/** The last audit with a result, in short: the log folded again and compared with the totals. */
export const lastProof = computed(() => status.value?.last_audit ?? undefined);

/** What does not add up on the current screen: `steps` or `runs`. */
export const notAdded = signal<string | undefined>(undefined);

const lookMs = 30_000;

/** Reads the state of the service, with the last audit. */
export async function lookAtStatus(): Promise<void> {
  const now = await service.getStatus();
  status.value = now;
  notePace(now);
  projectZone.value = now.project.time_zone ?? undefined;
}

/** Reads it now, on each refresh, and every 30 seconds while the page is visible. */
export function keepStatus(): void {
  const look = () => {
    if (document.visibilityState !== 'visible' || isSignedOut.value) return;
    lookAtStatus().catch((error: unknown) => {
      // The screen itself shows errors. The badge keeps its last state.
      if (
        !(error instanceof ApiError || error instanceof TypeError || error instanceof DOMException)
      )
        throw error;
    });
  };
  effect(() => {
    void beat.value;
    look();
  });
  setInterval(look, lookMs);
}
