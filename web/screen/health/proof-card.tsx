import { useEffect, useState } from 'preact/hooks';
import type { AuditReport } from '../../../src/client.js';
import { useAsked } from '../../ask/asking.js';
import { lastProof, lookAtStatus, status } from '../../ask/proof.js';
import { service } from '../../ask/service.js';
import { none, plural, seconds, whole } from '../../figure/figures.js';
import { moment } from '../../figure/moments.js';
import { DataTable } from '../../part/data-table.js';
import { Failure } from '../../part/given.js';
import { Icon } from '../../part/icons.js';
import { totalsWords } from './totals-words.js';

const lookMs = 500;
const sampled = 200;

const heads: Readonly<Record<AuditReport['state'], string>> = {
  running: 'The log is being folded again',
  equal: 'The totals equal the log',
  different: 'The totals differ from the log',
  failed: 'The proof failed',
  cancelled: 'The proof was cancelled',
};

/** The audit: every event folded again in one snapshot, and compared with every total. */
export function ProofCard() {
  const [running, setRunning] = useState<AuditReport>();
  const [fault, setFault] = useState<unknown>();
  const begin = async (sample?: number) => {
    setFault(undefined);
    try {
      setRunning(await service.beginAudit(sample === undefined ? {} : { sample }));
    } catch (error) {
      setFault(error);
    }
  };
  useEffect(() => {
    if (running === undefined || running.state !== 'running') return undefined;
    const timer = setTimeout(async () => {
      try {
        const next = await service.getAudit({ id: running.id });
        if (next?.state !== 'running') await lookAtStatus();
        setRunning(next);
      } catch (error) {
        setFault(error);
      }
    }, lookMs);
    return () => clearTimeout(timer);
  }, [running]);
  // An audit that was started before this screen was opened, or in another tab, is shown too.
  const other = status.value?.running_audit ?? undefined;
  useEffect(() => {
    if (other === undefined || other === running?.id || running?.state === 'running') return;
    service.getAudit({ id: other }).then(setRunning, setFault);
  }, [other]);
  useEffect(() => {
    lookAtStatus().catch(setFault);
  }, []);
  const isRunning = running?.state === 'running';
  // A cancelled or failed audit is shown here. The badge keeps the last result.
  const { id } = lastProof.value ?? {};
  const last = useAsked('audit', id === undefined ? undefined : { id }, () =>
    service.getAudit({ id }),
  );
  const shown = running ?? last.value;
  const state = shown?.state ?? lastProof.value?.state;
  const tone = { equal: 'good', different: 'bad', failed: 'bad' }[state as string] ?? '';
  return (
    <section class="card proof-card" aria-label="The proof">
      <header class="proof-head" aria-live="polite">
        <span class={`proof-mark ${tone}`}>
          <Icon name={tone === 'good' ? 'check' : tone === 'bad' ? 'warning' : 'health'} />
        </span>
        <div>
          <h2>{state === undefined ? 'Do the totals equal the log?' : heads[state]}</h2>
          <p class="faint">{shown === undefined && id !== undefined ? none : saidOf(shown)}</p>
        </div>
        <span class="card-actions">
          {isRunning ? (
            <button
              type="button"
              class="button"
              onClick={() =>
                void service.cancelAudit({ id: running.id }).then(setRunning, setFault)
              }
            >
              Cancel
            </button>
          ) : (
            <>
              <button type="button" class="button main" onClick={() => begin()}>
                {lastProof.value === undefined ? 'Prove it' : 'Prove again'}
              </button>
              <button type="button" class="button" onClick={() => begin(sampled)}>
                A sample of {sampled} sessions
              </button>
            </>
          )}
        </span>
      </header>
      {fault !== undefined && <Failure error={fault} />}
      {last.error !== undefined && <Failure error={last.error} again={last.again} />}
      {isRunning ? <Progress of={running} /> : shown !== undefined && <Found audit={shown} />}
    </section>
  );
}

function saidOf(audit: AuditReport | undefined): string {
  if (audit === undefined) {
    return 'Folds every event again in one snapshot and compares the result with every total, while ingest continues.';
  }
  if (audit.state === 'running') return 'Ingest continues. You can leave this screen.';
  if (audit.state === 'failed') return audit.error ?? 'See the log of the service.';
  if (audit.state === 'cancelled') return 'Nothing was compared.';
  // `runfold verify` compares all projects, and a project's report has only what differs in it.
  if (audit.events === null) {
    const found = audit.differences.length;
    return `All projects folded again at ${moment(audit.snapshot_at, { withSeconds: true })}, in ${seconds(audit.seconds)}. ${found === 0 ? 'Nothing of this project differs.' : `${plural(found, 'figure')} of this project ${found === 1 ? 'differs' : 'differ'}.`}`;
  }
  const rows = audit.projections.reduce((sum, one) => sum + one.rows, 0);
  const differing = audit.projections.reduce((sum, one) => sum + one.differing_rows, 0);
  const what =
    audit.sample === null ? plural(audit.events ?? 0, 'event') : plural(audit.sample, 'session');
  return `${what} folded again at ${moment(audit.snapshot_at, { withSeconds: true })} inside one snapshot, in ${seconds(audit.seconds)}. ${plural(rows, 'row')} compared, ${differing === 0 ? 'none differs' : `${whole(differing)} differ`}.`;
}

function Progress({ of }: { readonly of: AuditReport }) {
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

function Found({ audit }: { readonly audit: AuditReport }) {
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
