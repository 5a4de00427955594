import { useEffect, useState } from 'preact/hooks';
import type { AuditReport } from '../../../src/client.js';
import { useAsked } from '../../ask/asking.js';
import { lastProof, lookAtStatus, status } from '../../ask/proof.js';
import { service } from '../../ask/service.js';
import { none, plural, seconds, whole } from '../../figure/figures.js';
import { moment } from '../../figure/moments.js';
import { Failure } from '../../part/given.js';
import { Icon } from '../../part/icons.js';
import { AuditFindings, AuditProgress } from './audit-findings.js';

const lookMs = 500;
/** After a look that failed: the service may be restarting, or have asked to wait. */
const lookAgainMs = 5_000;
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
  const [failedLooks, setFailedLooks] = useState(0);
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
    const look = async () => {
      try {
        const next = await service.getAudit({ id: running.id });
        if (next?.state !== 'running') await lookAtStatus();
        setFailedLooks(0);
        setFault(undefined);
        setRunning(next);
      } catch (error) {
        setFault(error);
        setFailedLooks((count) => count + 1);
      }
    };
    const timer = setTimeout(look, failedLooks === 0 ? lookMs : lookAgainMs);
    return () => clearTimeout(timer);
  }, [running, failedLooks]);
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
      {isRunning ? (
        <AuditProgress of={running} />
      ) : (
        shown !== undefined && <AuditFindings audit={shown} />
      )}
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
