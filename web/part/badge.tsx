import { screen } from '../address/parameters.js';
import { lastProof, notAdded, status } from '../ask/proof.js';
import { currency } from '../ask/service.js';
import { seconds, whole } from '../figure/figures.js';
import { ago, exactMoment, timeOfDay } from '../figure/moments.js';
import { Icon } from './icons.js';

/** Whether the totals equal the log, by the last audit. */
export function ProofBadge({ isShort = false }: { readonly isShort?: boolean }) {
  const proof = lastProof.value;
  const to = screen('/health');
  if (notAdded.value !== undefined) {
    return (
      <a class="proof different" href={to}>
        <Icon name="warning" />
        <span>
          <b>Totals differ</b>
          {!isShort && <small>The {notAdded.value} of this screen add up to something else</small>}
        </span>
      </a>
    );
  }
  if (proof === undefined) {
    return (
      <a class="proof unknown" href={to}>
        <Icon name="health" />
        <span>
          <b>{status.value === undefined ? 'Proof' : 'Not proved yet'}</b>
          {!isShort && (
            <small>
              {status.value === undefined
                ? 'Looking for the last proof'
                : 'Prove on Health that the totals equal the log'}
            </small>
          )}
        </span>
      </a>
    );
  }
  const { state, events, sample } = proof;
  const isEqual = state === 'equal';
  const at = proof.snapshot_at ?? proof.started_at;
  return (
    <a class={isEqual ? 'proof equal' : 'proof different'} href={to} title={exactMoment(at)}>
      <Icon name={isEqual ? 'check' : 'warning'} />
      <span>
        <b>{isEqual ? 'Totals = log' : 'Totals ≠ log'}</b>
        {!isShort && (
          <small>
            {sample !== null
              ? `${whole(sample)} sessions folded again`
              : `${events === null ? 'All' : whole(events)} events folded again`}{' '}
            {ago(at)}
          </small>
        )}
      </span>
    </a>
  );
}

/** How current the figures are. An unknown lag is not an alarm. */
export function Currency() {
  const current = currency.value;
  if (current === undefined) return <p class="currency">&nbsp;</p>;
  const { lag_seconds: lag, last_folded_at } = current;
  const isBehind = lag !== undefined && lag > 30;
  const state = lag === undefined ? 'unknown' : lag === 0 ? 'level' : isBehind ? 'behind' : 'busy';
  const text =
    lag === undefined ? 'Queue not known' : lag === 0 ? 'Queue empty' : `${seconds(lag)} behind`;
  return (
    <p class={`currency ${state}`}>
      <span class="lamp" aria-hidden="true" />
      <span>
        {text}
        {last_folded_at !== undefined && (
          <small title={exactMoment(last_folded_at)}>last fold {timeOfDay(last_folded_at)}</small>
        )}
      </span>
    </p>
  );
}
