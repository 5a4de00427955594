import type { AuditReport } from '../../../src/client.js';
import { whole } from '../../figure/figures.js';
import { DataTable } from '../../part/data-table.js';
import { totalsWords } from './totals-words.js';

/** How far an audit is, by projection. */
export function AuditProgress({ of }: { readonly of: AuditReport }) {
  return (
    <ul class="checks">
      {of.progress.map(({ projection, share }) => (
        <li key={projection}>
          <label>
            <span class="progress-name">{projection}</span>
            <progress value={share} max={1} />
          </label>
        </li>
      ))}
    </ul>
  );
}

/** What an audit compared, and what differs. */
export function AuditFindings({ audit }: { readonly audit: AuditReport }) {
  return (
    <>
      {audit.projections.length > 0 && (
        <DataTable
          label="Totals compared"
          rows={audit.projections}
          keyOf={({ name }) => name}
          columns={[
            {
              key: 'name',
              head: 'Totals of',
              cell: ({ name }) => (
                <>
                  {totalsWords[name] ?? name}{' '}
                  <small class="faint">{totalsWords[name] && name}</small>
                </>
              ),
            },
            { key: 'rows', head: 'Rows compared', isFigure: true, cell: ({ rows }) => whole(rows) },
            {
              key: 'differ',
              head: 'Differ',
              isFigure: true,
              cell: ({ differing_rows: count }) => (
                <span class={count === 0 ? 'good-text' : 'failed-text'}>
                  {count === 0 ? 'none' : whole(count)}
                </span>
              ),
            },
          ]}
        />
      )}
      {audit.differences.length > 0 && (
        <DataTable
          label="Differences"
          rows={audit.differences}
          keyOf={({ projection, key, field }) => JSON.stringify([projection, key, field])}
          columns={[
            { key: 'projection', head: 'Totals of', cell: ({ projection }) => projection },
            { key: 'key', head: 'Row', cell: ({ key }) => <code>{JSON.stringify(key)}</code> },
            { key: 'field', head: 'Field', cell: ({ field }) => <code>{field}</code> },
            {
              key: 'expected',
              head: 'The log says',
              isFigure: true,
              cell: ({ expected }) => <code>{JSON.stringify(expected)}</code>,
            },
            {
              key: 'actual',
              head: 'The totals say',
              isFigure: true,
              cell: ({ actual }) => <code>{JSON.stringify(actual)}</code>,
            },
          ]}
        />
      )}
    </>
  );
}
