import { screen } from '../../address/parameters.js';
import { useAsked } from '../../ask/asking.js';
import { currency, service } from '../../ask/service.js';
import { none, plural, seconds, whole } from '../../figure/figures.js';
import { ago, exactMoment } from '../../figure/moments.js';
import { Bar } from '../../part/bar.js';
import { Card } from '../../part/card.js';
import { Given } from '../../part/given.js';
import { ProofCard } from './proof-card.js';
import { RebuildCard } from './rebuild-card.js';

/** Whether Runfold itself works: queue, worker, rejects, and the audit of the totals. */
export function Health() {
  const asked = useAsked('status', {}, () => service.getStatus());
  const key = asked.value?.key;
  const mayOperate = asked.value !== undefined && (key === null || key?.scopes.includes('operate'));
  const { last_folded_at: last, lag_seconds: lag } = currency.value ?? {};
  return (
    <>
      <Bar title="Health" hasLive />
      <Given asked={asked} shape={<div class="shape-tiles card" />}>
        {({ queue, rejects, stale_totals, rebuilds }) => (
          <>
            <dl class="tiles card four">
              <Tile
                name="Queue"
                value={queue === null ? none : whole(queue.waiting + queue.delayed)}
                note={
                  queue === null
                    ? 'away, or not to be seen with this key'
                    : `waiting, ${whole(queue.active)} at work, ${whole(queue.failed)} failed`
                }
              />
              <Tile
                name="Behind"
                value={lag === undefined ? 'Not known' : lag === 0 ? 'Nothing' : seconds(lag)}
                note={
                  lag === undefined
                    ? 'the queue has not said'
                    : lag === 0
                      ? 'waits'
                      : 'since the oldest job came'
                }
              />
              <Tile
                name="Last fold"
                value={last === undefined ? 'None yet' : ago(last)}
                title={last === undefined ? undefined : exactMoment(last)}
                note="an event was added to the totals"
              />
              <Tile
                name="Rejects"
                value={whole(rejects)}
                note={rejects === 0 ? 'every event was taken' : 'events that could not be taken'}
              />
            </dl>
            {stale_totals.length > 0 && (
              <p class="behind" role="status">
                Totals whose definition has changed: {stale_totals.join(', ')}. Run{' '}
                <code>runfold rebuild</code>.
              </p>
            )}
            {rebuilds.map(({ step, share }) => (
              <p key={step ?? ''} class="behind" role="status">
                A rebuild runs: {step ?? 'beginning'}, {Math.round(share * 100)} %.
              </p>
            ))}
          </>
        )}
      </Given>
      <ProofCard />
      {mayOperate && <RebuildCard />}
      <Given asked={asked}>
        {({ worker, rejects, version, tier }) => (
          <>
            {worker !== null && (
              <Card title="Every event is accounted for">
                <p class="account">
                  <Sum value={worker.received} name="received" /> <i>=</i>
                  <Sum value={worker.applied} name="applied" tone="good-text" /> <i>+</i>
                  <Sum value={worker.duplicate} name="duplicate" /> <i>+</i>
                  <Sum
                    value={worker.rejected}
                    name="rejected"
                    tone={worker.rejected > 0 ? 'failed-text' : ''}
                  />
                </p>
                <p class="note">Since this process began.</p>
              </Card>
            )}
            {rejects > 0 && (
              <p class="note">
                <a href={screen('/rejects')}>{plural(rejects, 'reject')}</a> can be sent again or
                dropped.
              </p>
            )}
            <p class="note">
              Runfold {version} · {tier}
            </p>
          </>
        )}
      </Given>
    </>
  );
}

function Sum({
  value,
  name,
  tone = '',
}: {
  readonly value: number;
  readonly name: string;
  readonly tone?: string;
}) {
  return (
    <span>
      <b class={tone}>{whole(value)}</b>
      <small class="faint">{name}</small>
    </span>
  );
}

function Tile({
  name,
  value,
  note,
  title,
}: {
  readonly name: string;
  readonly value: string;
  readonly note: string;
  readonly title?: string | undefined;
}) {
  return (
    <div class="tile">
      <dt>{name}</dt>
      <dd>
        <strong title={title}>{value}</strong>
        <span class="tile-notes faint">{note}</span>
      </dd>
    </div>
  );
}
