import type { Role, RunStatus } from '../../../events/metric-event.js';
import { formatTimestamp } from '../../../events/timestamp.js';
import type { AgnoRecord } from './agno-record.js';

const statuses: Readonly<Record<string, RunStatus>> = {
  COMPLETED: 'completed',
  // Agno 1.8 leaves RUNNING on the response that it returns at the end of a run.
  RUNNING: 'completed',
  REGENERATED: 'completed',
  PAUSED: 'paused',
  CANCELLED: 'cancelled',
  ERROR: 'error',
};

const roles: Readonly<Record<string, Role>> = {
  assistant: 'assistant',
  model: 'assistant',
  user: 'user',
  system: 'system',
  developer: 'system',
  tool: 'tool',
};

/** Unix seconds up to the year 5000: larger values are milliseconds by mistake. */
const latestSeconds = 95_617_584_000;

/** The status of a run; undefined if the response of an older Agno has none. */
export function agnoStatus(run: AgnoRecord): RunStatus | undefined {
  const name = run.text('status');
  if (name === undefined) return undefined;
  const status = own(statuses, name.toUpperCase());
  if (status !== undefined) return status;
  throw run.fault('status', `one of ${Object.keys(statuses).join(', ')}`);
}

/** Whether a stored run has not ended: it waits in the background, or runs. */
export const isBeforeEnd = (run: AgnoRecord): boolean =>
  ['PENDING', 'RUNNING'].includes(run.text('status')?.toUpperCase() ?? '');

/** How far before the last possible end of a run its end with a status is. */
export function stepsBeforeEnd(status: RunStatus | undefined): number {
  if (status === 'paused') return 2;
  return status === 'error' || status === 'cancelled' ? 1 : 0;
}

/** The name of a run's end. */
export function endName(status: RunStatus | undefined, messages: number): string {
  if (status === undefined || status === 'completed') return 'run';
  return status === 'paused' ? 'run/paused' : `end/${status}/${messages}`;
}

/** The role of a message. */
export function agnoRole(message: AgnoRecord): Role {
  const role = own(roles, message.text('role') ?? '');
  if (role !== undefined) return role;
  throw message.fault('role', `one of ${Object.keys(roles).join(', ')}`);
}

/** `created_at`, in Unix seconds, as RFC 3339. A message's is reliable, a run's or tool's is not. */
export function agnoTime(record: AgnoRecord | undefined): string | undefined {
  const seconds = record?.number('created_at');
  if (record === undefined || seconds === undefined) return undefined;
  if (seconds >= 0 && seconds < latestSeconds) {
    return formatTimestamp(Math.round(seconds * 1_000_000));
  }
  throw record.fault('created_at', 'a time in Unix seconds');
}

const own = <T>(values: Readonly<Record<string, T>>, name: string): T | undefined =>
  Object.hasOwn(values, name) ? values[name] : undefined;
