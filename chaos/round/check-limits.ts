import { listAlertHistory } from '#runfold/alerts/history.js';
import { listBudgetStandings } from '#runfold/budgets/budget-standing.js';
import type { Database } from '#runfold/postgres/database.js';
import { verify } from '#runfold/projections/audit/verify.js';
import { isLawful, lookAtBudget } from '../../harness/look-at-budget.js';
import type { Findings } from './check.js';

/** What callers and receivers of a round of limits know at its end. */
export interface LimitsSeen {
  /** The ids of events that were sent, and whether an acknowledgement was seen. */
  readonly sent: ReadonlyMap<string, boolean>;
  /** Holds that were used up or released, as far as a caller saw it. */
  readonly ended: ReadonlySet<string>;
  /** The ids of the deliveries that a receiver got. */
  readonly delivered: ReadonlySet<string>;
}

/** The budget of one agent whose law is checked. */
export const lawOf = 'writer';

/** More than any round has. */
const all = 1_000;

/**
 * The expected result of a round of limits: what is used is the fold of the log, within the limit; no hold of an event
 * that is in the log is left; and each share of a budget that its use crossed has one notification, which arrived.
 */
export async function checkLimits(
  database: Database,
  { sent, ended, delivered }: LimitsSeen,
): Promise<Findings> {
  const violations: string[] = [];
  const look = await lookAtBudget(database, lawOf);
  if (!isLawful(look)) violations.push(`against the law of budgets: ${JSON.stringify(look)}`);

  const rows = await database.query<{ id: string }>('select id from runfold.events');
  const logged = new Set(rows.map(({ id }) => id));
  for (const id of logged) if (!sent.has(id)) violations.push(`in the log, but never sent: ${id}`);
  const lost = [...sent].flatMap(([id, seen]) => (seen && !logged.has(id) ? [id] : []));
  violations.push(...lost.map((id) => `acknowledged, but lost: ${id}`));

  const held = await database.query<{ hold_id: string }>(
    'select distinct hold_id from runfold_internal.budget_hold where expires_at > clock_timestamp()',
  );
  for (const { hold_id } of held) {
    if (ended.has(hold_id)) violations.push(`still held: ${hold_id}`);
  }

  const expected = await crossingsOf(database);
  const history = await listAlertHistory(database, { limit: all });
  const told = history.items.map(({ data }) => crossing(data.budget, data.value, data.share));
  for (const one of new Set([...expected, ...told])) {
    const times = told.filter((other) => other === one).length;
    const wanted = expected.has(one) ? 1 : 0;
    if (times !== wanted) violations.push(`${times} notifications instead of ${wanted}: ${one}`);
  }
  for (const { id, deliveries } of history.items) {
    const isComplete =
      deliveries.length === 1 &&
      deliveries.every((one) => one.state === 'delivered' && delivered.has(one.id));
    if (!isComplete) violations.push(`not delivered: ${id}, ${JSON.stringify(deliveries)}`);
  }
  if (delivered.size !== history.items.length) {
    violations.push(`${delivered.size} ids delivered for ${history.items.length} notifications`);
  }

  const audit = await verify(database);
  if (!audit.equal) violations.push(`verify: ${JSON.stringify(audit.differences.slice(0, 3))}`);
  return {
    violations,
    acknowledged: [...sent.values()].filter(Boolean).length,
    logged: logged.size,
    lost: lost.length,
    unsaid: 0,
  };
}

/** The shares of budgets that are used up. */
export async function crossingsOf(database: Database): Promise<ReadonlySet<string>> {
  const budgets = await listBudgetStandings(database, { limit: all });
  return new Set(
    budgets.flatMap(({ name, uses, at, limit }) =>
      uses.flatMap(({ value, used }) =>
        at
          // In thousandths of a cent, so that no binary rounding decides.
          .filter((share) => Math.round(used * 1e5) * 100 >= Math.round(limit * 1e5) * share)
          .map((share) => crossing(name, value, share)),
      ),
    ),
  );
}

const crossing = (budget: unknown, value: unknown, share: unknown) =>
  `${budget} of ${value}, ${share} %`;
