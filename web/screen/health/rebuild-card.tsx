import { useEffect, useState } from 'preact/hooks';
import type { ClientRebuild } from '../../../src/client.js';
import { useAsked } from '../../ask/asking.js';
import { service } from '../../ask/service.js';
import { plural, seconds, whole } from '../../figure/figures.js';
import { ago } from '../../figure/moments.js';
import { DataTable } from '../../part/data-table.js';
import { Dialog } from '../../part/dialog.js';
import { Failure, Given } from '../../part/given.js';

const lookMs = 1_000;
/** The labels of the steps, in order. */
const steps: readonly (readonly [string, string])[] = [
  ['cut', 'Mark the cut'],
  ['fold', 'Fold the log'],
  ['merge', 'Merge'],
  ['index', 'Index'],
  ['catch_up', 'Catch up'],
  ['compare', 'Compare'],
  ['swap', 'Swap in'],
];

/** Recomputing the totals from the log: as a dry run or for real, step by step. */
export function RebuildCard() {
  const asked = useAsked('rebuilds', {}, () => service.listRebuilds());
  const [asks, setAsks] = useState(false);
  const [fault, setFault] = useState<unknown>();
  const last = asked.value?.items[0];
  const isRunning = last?.state === 'running';
  useEffect(() => {
    if (!isRunning) return undefined;
    const timer = setTimeout(asked.again, lookMs);
    return () => clearTimeout(timer);
  }, [asked.value]);
  const act = (work: Promise<unknown>) => {
    setFault(undefined);
    work.then(asked.again, setFault);
  };
  return (
    <section class="card" aria-label="Rebuild">
      <header class="card-head">
        <div>
          <h2>Rebuild the totals</h2>
          <p class="faint">
            Folds the log of all projects again while ingest continues. Readers see either the old
            or the new totals.
          </p>
        </div>
        <span class="card-actions">
          {isRunning ? (
            <button
              type="button"
              class="button"
              onClick={() => act(service.cancelRebuild({ id: last.id }))}
            >
              Cancel
            </button>
          ) : (
            <>
              <button
                type="button"
                class="button"
                onClick={() => act(service.beginRebuild({ dry_run: true }))}
              >
                Dry run
              </button>
              <button type="button" class="button" onClick={() => setAsks(true)}>
                Rebuild…
              </button>
            </>
          )}
        </span>
      </header>
      {fault !== undefined && <Failure error={fault} />}
      <Given asked={asked}>
        {({ items: [newest], elsewhere }) => (
          <>
            {elsewhere.map(({ step, share }) => (
              <p key={step ?? ''} class="note">
                Another process is rebuilding: {step ?? 'starting'}, {Math.round(share * 100)} %.
              </p>
            ))}
            {newest === undefined ? null : newest.state === 'running' ? (
              <Steps of={newest} />
            ) : (
              <Outcome of={newest} />
            )}
          </>
        )}
      </Given>
      {asks && (
        <Dialog title="Rebuild the totals" onClose={() => setAsks(false)}>
          <p>
            All totals of all projects are computed from the log again and corrected where they
            differ. This can take minutes on a large log.
          </p>
          <button
            type="button"
            class="button danger"
            onClick={() => {
              setAsks(false);
              act(service.beginRebuild());
            }}
          >
            Rebuild them
          </button>
        </Dialog>
      )}
    </section>
  );
}

function Steps({ of }: { readonly of: ClientRebuild }) {
  const at = steps.findIndex(([name]) => name === of.step);
  return (
    <ul class="checks" aria-label={of.dry_run ? 'Dry run' : 'Rebuild'}>
      {steps.map(([name, text], index) => (
        <li key={name}>
          <label>
            <span class="progress-name">{text}</span>
            <progress value={index < at ? 1 : index === at ? of.share : 0} max={1} />
          </label>
        </li>
      ))}
    </ul>
  );
}

const outcomes: Readonly<Record<string, string>> = {
  dry_run: 'Dry run: nothing was changed',
  repaired: 'Rebuilt: rows that differed were corrected',
  swapped: 'Rebuilt: new tables took the place of the old',
};

function Outcome({ of }: { readonly of: ClientRebuild }) {
  const { state, outcome, events, ended_at, projections, error } = of;
  if (state === 'cancelled') return <p class="note">Cancelled; the totals are as before.</p>;
  if (state === 'failed') return <p class="note failed-text">{error}</p>;
  const differing = projections.filter((one) => one.added + one.removed + one.changed > 0);
  return (
    <>
      <p class="note" role="status">
        {outcomes[outcome ?? 'dry_run']}, {ended_at !== null && ago(ended_at)}.{' '}
        {plural(events ?? 0, 'event')} folded in {seconds(of.seconds)}.{' '}
        {differing.length === 0 && 'No row differed.'}
      </p>
      {differing.length > 0 && (
        <DataTable
          label="Rows that differed"
          rows={differing}
          keyOf={({ name }) => name}
          columns={[
            {
              key: 'name',
              head: 'Totals of',
              cell: ({ name }) => <span class="breaking">{name}</span>,
            },
            { key: 'rows', head: 'Rows', isFigure: true, cell: (one) => whole(one.rows_after) },
            { key: 'added', head: 'Missing', isFigure: true, cell: ({ added }) => whole(added) },
            { key: 'removed', head: 'Too many', isFigure: true, cell: (one) => whole(one.removed) },
            { key: 'changed', head: 'Wrong', isFigure: true, cell: (one) => whole(one.changed) },
          ]}
        />
      )}
    </>
  );
}
