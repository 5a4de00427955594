import type { Channel } from '../../alerts/channels.js';
import type { AlertRecord } from '../../alerts/history.js';
import type { AlertRule } from '../../alerts/rules.js';
import type { Page } from '../../query/page.js';
import { type ListFlags, writePage } from '../options/list-options.js';
import { localTime } from '../output/format.js';
import { table } from '../output/table.js';
import type { Terminal } from '../output/terminal.js';

/** Shows rules as a table. */
export function reportRules(terminal: Terminal, rules: readonly AlertRule[]): void {
  const settingsOf = ({ settings }: AlertRule) =>
    Object.entries(settings)
      .map(([name, value]) => `${name.replaceAll('_', ' ')} ${String(value)}`)
      .join(', ');
  const { red, yellow } = terminal.colors;
  const columns = [
    { head: 'rule', cell: ({ name }: AlertRule) => name },
    { head: 'kind', cell: ({ kind }: AlertRule) => kind.replaceAll('_', ' ') },
    { head: 'of', cell: settingsOf, least: 12, drop: 1 },
    { head: 'tells', cell: ({ channels }: AlertRule) => channels.join(', ') },
    {
      head: 'state',
      cell: ({ firing, pending, muted_until }: AlertRule) => {
        const state =
          firing > 0 ? `${firing} firing` : pending > 0 ? `${pending} pending` : 'inactive';
        return muted_until === null ? state : `${state}, muted until ${localTime(muted_until)}`;
      },
      paint: (text: string, { firing, pending }: AlertRule) =>
        firing > 0 ? red(text) : pending > 0 ? yellow(text) : text,
    },
  ];
  terminal.line(table(terminal, columns, rules));
}

/** Shows channels as a table. */
export function reportChannels(terminal: Terminal, channels: readonly Channel[]): void {
  const columns = [
    { head: 'channel', cell: ({ name }: Channel) => name },
    { head: 'kind', cell: ({ kind }: Channel) => kind },
    { head: 'to', cell: ({ shown }: Channel) => shown, least: 12 },
    { head: 'made', cell: (channel: Channel) => localTime(channel.created_at), drop: 1 },
  ];
  terminal.line(table(terminal, columns, channels));
}

/** Writes a page of what fired and resolved. As CSV, its figures are columns, and its deliveries JSON. */
export function writeHistory(
  terminal: Terminal,
  flags: Pick<ListFlags, 'json' | 'csv'>,
  page: Page<AlertRecord>,
): void {
  const delivered = ({ deliveries }: AlertRecord) =>
    deliveries
      .map(({ channel, state, attempts }) => {
        if (state === 'delivered') return channel;
        if (attempts > 0) return `${channel} ${state} after ${attempts}`;
        // What resolved while its rule was muted was never to be sent.
        return `${channel} ${state === 'failed' ? 'not sent' : state}`;
      })
      .join(', ');
  const columns = [
    { head: 'when', cell: (record: AlertRecord) => localTime(record.created_at) },
    { head: 'rule', cell: ({ data }: AlertRecord) => data.rule },
    {
      head: 'what',
      cell: ({ text }: AlertRecord) => text,
      least: 20,
    },
    { head: 'delivered', cell: delivered, drop: 1 },
  ];
  if (flags.json) {
    terminal.json(page);
    return;
  }
  const items = page.items.map((record) => ({ ...record.data, ...record }));
  writePage(
    terminal,
    flags,
    { ...page, items },
    {
      noun: 'notifications',
      none: 'Nothing has fired.',
      columns: [
        'created_at',
        'type',
        'rule',
        'kind',
        'budget',
        'value',
        'share',
        'measure',
        'figure',
        'limit',
        'window_start',
        'text',
        'deliveries',
        'id',
      ],
      table: (rows) => table(terminal, columns, rows),
    },
  );
}
