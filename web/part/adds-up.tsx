import { useEffect } from 'preact/hooks';
import { screen } from '../address/parameters.js';
import { notAdded } from '../ask/proof.js';
import type { Sum } from '../ask/steps.js';
import { costOf, whole } from '../figure/figures.js';
import { Icon } from './icons.js';

/**
 * Whether the figures shown add up to the totals, computed here in integer tokens and nano-dollars.
 */
export function AddsUp({
  what,
  counted,
  sum,
  totals,
}: {
  readonly what: string;
  readonly counted: string;
  readonly sum: Sum;
  readonly totals: {
    readonly total_tokens: number | null;
    readonly cost: number | null;
    readonly unpriced_messages: number;
  };
}) {
  useEffect(() => {
    notAdded.value = sum.isEqual ? undefined : what;
    return () => {
      notAdded.value = undefined;
    };
  }, [sum.isEqual, what]);
  if (sum.isEqual) {
    return (
      <p class="adds-up equal">
        <Icon name="check" />
        <span>
          <b>The {what} add up to the totals</b> {counted}, added here: {whole(sum.tokens)} tokens ·{' '}
          {costOf({ ...totals, cost: sum.cost })}
        </span>
      </p>
    );
  }
  const isTokens = sum.tokens !== (totals.total_tokens ?? 0);
  return (
    <p class="adds-up different" role="alert">
      <Icon name="warning" />
      <span>
        <b>The {what} do not add up to the totals.</b>{' '}
        {isTokens
          ? `Tokens: ${whole(sum.tokens)} added here, ${whole(totals.total_tokens ?? 0)} in the totals.`
          : `Cost: $${sum.cost.toFixed(9)} added here, $${(totals.cost ?? 0).toFixed(9)} in the totals.`}{' '}
        <a href={screen('/health')}>Prove it on the server</a>.
      </span>
    </p>
  );
}
