import { signal } from '@preact/signals';
import type { ServiceStatus } from '../../src/client.js';

/** How many events the worker of the service has folded by a moment. */
interface Look {
  readonly at: number;
  readonly applied: number;
}

const looks = signal<readonly Look[]>([]);
/** So many paces are remembered. */
const most = 60;

/** Takes note of how much is folded by now. Two looks at once say nothing of a pace. */
export function notePace({ worker }: ServiceStatus): void {
  const last = looks.value.at(-1);
  const at = Date.now();
  if (worker === null) looks.value = [];
  else if (last === undefined || worker.applied < last.applied)
    looks.value = [{ at, applied: worker.applied }];
  else if (at - last.at >= 1_000)
    looks.value = [...looks.value, { at, applied: worker.applied }].slice(-most - 1);
}

/** Events folded a second between each two looks, the newest last. */
export const paces = (): readonly number[] =>
  looks.value.slice(1).map(({ at, applied }, index) => {
    const before = looks.value[index];
    return before === undefined ? 0 : ((applied - before.applied) / (at - before.at)) * 1000;
  });
