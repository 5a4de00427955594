import type { BudgetStanding, BudgetUse } from '../../../src/client.js';
import { now } from '../../address/range.js';
import { percent } from '../../figure/figures.js';
import { exactMoment, moment } from '../../figure/moments.js';
import { Facts } from '../../part/facts.js';
import { UseBar } from '../../part/use-bar.js';
import {
  amountOf,
  measureWords,
  scopeText,
  standingOf,
  windowText,
} from '../budgets/budget-words.js';

/**
 * The forecast of the use at the end of the window, at the current pace; undefined if the window
 * does not end.
 */
export function forecastOf(
  { window, window_start, resets_at }: BudgetStanding,
  used: number,
): number | undefined {
  if (resets_at === null || window.startsWith('rolling')) return undefined;
  const start = Date.parse(window_start);
  const [passed, whole] = [now.value - start, Date.parse(resets_at) - start];
  // In the first minutes the pace means little.
  return passed < whole / 50 ? undefined : (used / passed) * whole;
}

/** The subject of a budget, how much of it is used, and what happens at the limit. */
export function BudgetFacts({
  budget,
  use,
}: {
  readonly budget: BudgetStanding;
  readonly use: BudgetUse;
}) {
  const { measure, limit, at, stop, when_unknown, window, time_zone, from } = budget;
  const standing = standingOf(budget, use);
  const forecast = forecastOf(budget, use.used);
  const time = (text: string) => <span title={exactMoment(text)}>{moment(text)}</span>;
  const isRolling = window.startsWith('rolling');
  return (
    <section class="card" aria-label="Facts">
      <div class="budget-use">
        <UseBar {...use} limit={limit} tone={standing.tone} />
        <p>
          <strong>{amountOf(measure, use.used)}</strong>
          {use.held > 0 ? ` used, ${amountOf(measure, use.held)} held, ` : ' used '}
          of {amountOf(measure, limit)}
          {use.value !== null && budget.value === null && ` by ${use.value}`}{' '}
          <span class={`status ${standing.tone}`}>{standing.text}</span>
        </p>
      </div>
      <Facts
        items={[
          { name: 'Limits', value: scopeText(budget), note: measureWords[measure] },
          {
            name: 'Window',
            value: windowText(window),
            note: window === 'total' || isRolling ? undefined : time_zone,
          },
          { name: 'Remaining', value: amountOf(measure, use.remaining) },
          { name: 'This window since', value: time(budget.window_start) },
          budget.resets_at !== null &&
            !isRolling && { name: 'Starts again', value: time(budget.resets_at) },
          forecast !== undefined && {
            name: 'At this pace',
            value: amountOf(measure, measure === 'cost' ? forecast : Math.round(forecast)),
            note: `${percent(forecast / limit)} of the limit by then`,
          },
          {
            name: 'Above the limit',
            value: stop ? 'Checks are refused' : 'Only alerts',
            note: when_unknown === 'refuse' ? 'also while the database is unavailable' : undefined,
          },
          { name: 'Alerts at', value: at.map((share) => `${share} %`).join(', ') },
          { name: 'Counts from', value: time(from) },
        ]}
      />
    </section>
  );
}
