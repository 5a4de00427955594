import { effect, signal } from '@preact/signals';
import type { AuditReport, ServiceStatus } from '../../src/client.js';
import { ApiError } from '../../src/client.js';
import { projectZone } from '../address/range.js';
import { beat } from './asking.js';
import { isSignedOut, service } from './service.js';

/** How the service stands, by the last look; undefined before the first. */
export const status = signal<ServiceStatus | undefined>(undefined);
/** The last proof that came to a result: the log folded again, and compared with the totals. */
export const lastProof = signal<AuditReport | undefined>(undefined);

/** What does not add up on the screen that is shown: `steps` or `runs`. */
export const notAdded = signal<string | undefined>(undefined);

const lookMs = 30_000;

/** Looks how the service stands, and what the last proof said. */
export async function lookAtStatus(): Promise<void> {
  const [now, audit] = await Promise.all([service.getStatus(), service.getAudit()]);
  status.value = now;
  projectZone.value = now.project.time_zone ?? undefined;
  lastProof.value = audit;
}

/** Looks now, whenever the screen asks anew, and every half a minute while somebody does. */
export function keepStatus(): void {
  const look = () => {
    if (document.visibilityState !== 'visible' || isSignedOut.value) return;
    lookAtStatus().catch((error: unknown) => {
      // The screen itself says what fails; what the badge knew it keeps.
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
