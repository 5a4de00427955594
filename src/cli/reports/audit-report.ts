import { type Difference, isOfStripe } from '../../projections/audit/difference.js';
import type { Audit } from '../../projections/audit/verify.js';
import type { HumanValue } from '../../projections/measures/kind.js';
import { absent, count, duration, plural } from '../output/format.js';
import { table } from '../output/table.js';
import type { Terminal } from '../output/terminal.js';

/** The audit for people: one line if everything is equal, otherwise the differences. */
export function describeAudit(terminal: Terminal, audit: Audit, seconds: number): string[] {
  const { green, red, yellow, dim } = terminal.colors;
  const { sampled_sessions: sampled, projections } = audit;
  const rows = projections.reduce((sum, projection) => sum + projection.rows, 0);
  const looked =
    sampled === undefined
      ? plural(rows, 'row')
      : `${plural(sampled, 'session')} at random and the grand totals`;
  const { shards } = audit;
  const parts = shards === undefined ? '' : `, each of ${shards} stripes in a separate snapshot`;
  const after = dim(`(${duration(seconds)})`);
  if (audit.equal) {
    return [
      `${green('✓')} The totals equal the fold of the log: ${plural(audit.events, 'event')}, ${looked}${parts} ${after}`,
    ];
  }
  const differing = projections.filter(({ differing_rows }) => differing_rows > 0);
  const where = differing.map(({ name, differing_rows }) => `${count(differing_rows)} of ${name}`);
  return [
    table<Difference>(
      terminal,
      [
        { head: 'totals', cell: ({ projection }) => projection },
        { head: 'of', cell: ({ key }) => keyText(key), least: 16 },
        { head: 'figure', cell: ({ field }) => (field === '*' ? 'the row' : field) },
        {
          head: 'by the log',
          align: 'right',
          least: 10,
          cell: ({ field, expected }) => valueText(field, expected),
          paint: (text) => green(text),
        },
        {
          head: 'in the store',
          align: 'right',
          least: 12,
          cell: ({ field, actual }) => valueText(field, actual),
          paint: (text) => red(text),
        },
      ],
      audit.differences,
    ),
    '',
    `${red('✗')} The totals differ from the fold of the log${
      where.length === 0 ? '' : `, in ${plural(sumOf(differing), 'row')}: ${where.join(', ')}`
    } ${after}`,
    yellow('Repair them with "runfold rebuild".'),
  ];
}

const sumOf = (differing: readonly { readonly differing_rows: number }[]) =>
  differing.reduce((sum, { differing_rows }) => sum + differing_rows, 0);

function keyText(key: Difference['key']): string {
  if (Object.keys(key).length === 0) return 'all together';
  if (isOfStripe(key)) return `all of stripe ${key.stripe}`;
  const { project, stripe, ...rest } = key;
  return [
    ...(project === 1 ? [] : [`project ${project}`]),
    ...Object.values(rest).map((value) => valueText('', value)),
    ...(stripe === undefined ? [] : [`stripe ${stripe}`]),
  ].join(' / ');
}

function valueText(field: string, value: HumanValue): string {
  if (field === '*') return value === null ? 'missing' : 'there';
  if (value === null) return absent;
  return typeof value === 'object' ? JSON.stringify(value) : String(value);
}
