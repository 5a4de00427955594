import type { ComponentChildren } from 'preact';
import { useEffect } from 'preact/hooks';
import { screen } from '../../address/parameters.js';
import { useAsked } from '../../ask/asking.js';
import { notePace, paces } from '../../ask/pace.js';
import { currency, isQuiet, service } from '../../ask/service.js';
import { Spark } from '../../chart/spark.js';
import { none, plural, rate, seconds, whole } from '../../figure/figures.js';
import { ago } from '../../figure/moments.js';
import { tierText } from '../../figure/tiers.js';
import { Bar } from '../../part/bar.js';
import { Card } from '../../part/card.js';
import { Given } from '../../part/given.js';
import { ProofCard } from './proof-card.js';
import { RebuildCard } from './rebuild-card.js';

const lookMs = 5_000;

/** Whether Runfold itself works: queue, worker, rejects, and the audit of the totals. */
export function Health() {
  const asked = useAsked('status', {}, () => service.getStatus());
  const key = asked.value?.key;
  const mayOperate = asked.value !== undefined && (key === null || key?.scopes.includes('operate'));
  const { last_folded_at: last, lag_seconds: lag } = currency.value ?? {};
  const rates = paces();
  useEffect(() => {
    // A pace needs two readings, and a reader of this screen wants to see it change.
    const timer = setInterval(() => {
      if (document.visibilityState === 'visible' && !isQuiet()) asked.again();
    }, lookMs);
    return () => clearInterval(timer);
  }, []);
  useEffect(() => {
    if (asked.value !== undefined) notePace(asked.value);
  }, [asked.value]);
  return (
    <>
      <Bar title="Health" hasLive />
      <Given asked={asked} shape={<div class="shape-tiles card" />}>
        {({ queue, worker, stale_totals, rebuilds }) => (
          <>
            <dl class="tiles card four">
              <Tile
                name="Queue"
                value={queue === null ? none : whole(queue.waiting + queue.delayed)}
                note={
                  queue === null
                    ? 'unavailable, or not visible with this key'
                    : `jobs wait${queue.waiting > 0 ? `, the oldest for ${seconds(queue.age_seconds)}` : ''}, ${whole(queue.active)} at work, ${whole(queue.failed)} failed`
                }
              />
              <Tile
                name="Behind"
                value={lag === undefined ? 'Not known' : lag === 0 ? '0 s' : seconds(lag)}
                note={
                  lag === undefined
                    ? 'the queue has not responded'
                    : last === undefined
                      ? 'nothing was folded yet'
                      : `last event folded ${ago(last)}`
                }
              />
              <Tile
                name="Folded now"
                value={worker === null || rates.length === 0 ? none : rate(rates.at(-1))}
                note={worker === null ? 'no worker in this process' : 'events/s'}
              >
                {rates.length > 1 && <Spark values={rates} />}
              </Tile>
              <Tile
                name="Workers"
                value={queue?.workers == null ? none : whole(queue.workers)}
                note={queue?.workers == null ? 'not known' : 'connected'}
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
                A rebuild is running: {step ?? 'starting'}, {Math.round(share * 100)} %.
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
            {worker === null && rejects > 0 && (
              <p class="note">
                <a href={screen('/rejects')}>{plural(rejects, 'reject')}</a> can be sent again or
                dropped.
              </p>
            )}
            {worker !== null && (
              <Card title="Every event is accounted for">
                <p class="account">
                  <Sum value={worker.received} name="received" />
                  <Sum sign="=" value={worker.applied} name="applied" tone="good-text" />
                  <Sum sign="+" value={worker.duplicate} name="duplicate" />
                  <Sum
                    sign="+"
                    value={worker.rejected}
                    name="rejected"
                    tone={worker.rejected > 0 ? 'failed-text' : ''}
                  />
                </p>
                <p class="note">
                  Since this process started.{' '}
                  {rejects > 0 && (
                    <>
                      <a href={screen('/rejects')}>{plural(rejects, 'reject')}</a> can be sent again
                      or dropped.
                    </>
                  )}
                </p>
              </Card>
            )}
            <p class="note">
              Runfold {version} on {tierText(tier)}
            </p>
          </>
        )}
      </Given>
    </>
  );
}

/** A term of the equation. Its sign stays with it when the line breaks. */
function Sum({
  sign,
  value,
  name,
  tone = '',
}: {
  readonly sign?: '=' | '+';
  readonly value: number;
  readonly name: string;
  readonly tone?: string;
}) {
  return (
    <span class="term">
      {sign !== undefined && <i>{sign}</i>}
      <span>
        <b class={tone}>{whole(value)}</b>
        <small class="faint">{name}</small>
      </span>
    </span>
  );
}

function Tile({
  name,
  value,
  note,
  children,
}: {
  readonly name: string;
  readonly value: string;
  readonly note: string;
  readonly children?: ComponentChildren;
}) {
  return (
    <div class="tile">
      <dt>{name}</dt>
      <dd>
        <strong>{value}</strong>
        <span class="tile-notes faint">{note}</span>
        {children}
      </dd>
    </div>
  );
}
