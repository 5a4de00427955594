import { signal } from '@preact/signals';
import type { ServiceStatus } from '../../src/client.js';

/** The number of events that the service's worker had folded at an instant. */
interface Look {
  readonly at: number;
  readonly applied: number;
}

const looks = signal<readonly Look[]>([]);
/** The number of remembered readings. */
const most = 60;

/** Records how much is folded now. Two readings at the same time give no pace. */
export function notePace({ worker }: ServiceStatus): void {
  const last = looks.value.at(-1);
  const at = Date.now();
  if (worker === null) looks.value = [];
  else if (last === undefined || worker.applied < last.applied)
    looks.value = [{ at, applied: worker.applied }];
  else if (at - last.at >= 1_000)
    looks.value = [...looks.value, { at, applied: worker.applied }].slice(-most - 1);
}

/** Events folded per second between consecutive readings, newest last. */
export const paces = (): readonly number[] =>
  looks.value.slice(1).map(({ at, applied }, index) => {
    const before = looks.value[index];
    return before === undefined ? 0 : ((applied - before.applied) / (at - before.at)) * 1000;
  });
