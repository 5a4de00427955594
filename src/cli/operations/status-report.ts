import type { QueueStatus, Status } from '../../operations/status/status.js';
import type { StoreStatus } from '../../operations/status/store-status.js';
import { absent, count, duration, localTime, plural } from '../output/format.js';
import type { Terminal } from '../output/terminal.js';

/** The lines of a status. */
export function describeStatus(terminal: Terminal, version: string, status: Status): string[] {
  const { bold, dim, red, green } = terminal.colors;
  const { tier, place, store, queue, problems } = status;
  const line = (label: string, text: string) => `  ${dim(label.padEnd(8))} ${text}`;
  const server = status.postgres_version === null ? '' : ` · Postgres ${status.postgres_version}`;
  return [
    `${bold(`Runfold ${version}`)} ${dim(`(${tier})`)}`,
    line('store', `${place}${server}`),
    line('queue', queue === null ? red('unknown') : queueText(queue)),
    ...queueLines(queue).map((text) => line('', text)),
    line('workers', workersText(queue)),
    ...(store === null ? [] : storeLines(store).map(([label, text]) => line(label, text))),
    ...(problems.length === 0
      ? [green('Nothing is wrong.')]
      : problems.map(({ text }) => `${red('✗')} ${text}`)),
  ];
}

/** With several queues, each that holds jobs, and how many are empty. */
function queueLines(queue: QueueStatus | null): string[] {
  const queues = queue?.queues ?? [];
  if (queues.length < 2) return [];
  const filled = queues.map((one) => ({ name: one.name, text: queueText(one) }));
  const busy = filled.filter(({ text }) => text !== empty);
  const rest = queues.length - busy.length;
  const lines = busy.map(({ name, text }) => `${name}  ${text}`);
  if (rest === 0) return lines;
  return [...lines, `${count(rest)} ${rest === 1 ? 'queue is' : 'queues are'} empty`];
}

const empty = 'empty';

function queueText(queue: Omit<QueueStatus, 'workers' | 'queues'>): string {
  const { waiting, active, delayed, failed, age_seconds } = queue;
  if (waiting + active + delayed + failed === 0) return empty;
  const parts = [
    `${plural(waiting, 'job')} waiting`,
    `${count(active)} active`,
    ...(delayed > 0 ? [`${count(delayed)} delayed`] : []),
    ...(failed > 0 ? [`${count(failed)} failed`] : []),
    `the oldest for ${duration(age_seconds)}`,
  ];
  return parts.join(', ');
}

function workersText(queue: QueueStatus | null): string {
  if (queue === null) return absent;
  return queue.workers === null ? 'unknown' : count(queue.workers);
}

function storeLines(store: StoreStatus): (readonly [string, string])[] {
  const { project, rejects, waiting_spans, stale_totals, rebuilds, last_audit } = store;
  const { last_occurred_at: occurred, last_folded_at: folded } = store;
  const name = project.name === null ? '' : ` (${project.name})`;
  const events =
    folded === null
      ? 'none yet'
      : `the last folded ${localTime(folded)}${occurred === null ? '' : `, of ${localTime(occurred)}`}`;
  return [
    ['project', `${project.id}${name}, of ${plural(store.projects, 'project')}`],
    ['events', events],
    ['rejects', rejects === 0 ? 'none' : `${count(rejects)}; see "runfold rejects list"`],
    [
      'spans',
      waiting_spans === 0
        ? 'none wait'
        : `${count(waiting_spans)} wait; see "runfold runs waiting"`,
    ],
    ['totals', stale_totals.length === 0 ? 'current' : `stale: ${stale_totals.join(', ')}`],
    ...rebuilds.map(
      ({ step, share }) =>
        ['rebuild', `running: ${step ?? 'cut'}, ${Math.round(share * 100)} %`] as const,
    ),
    [
      'audit',
      last_audit === null
        ? 'none yet; "runfold verify" and the web page make one'
        : `${last_audit.state}, of ${localTime(last_audit.snapshot_at)}`,
    ],
  ];
}
