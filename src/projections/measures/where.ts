import type { AttributeName } from '../../events/attribute-fields.js';
import { pricings } from '../../events/codes.js';
import {
  type EventType,
  eventTypes,
  type Role,
  type RunStatus,
  roles,
  runStatuses,
} from '../../events/metric-event.js';
import type { MetricColumn } from '../../events/metric-fields.js';

/** The condition for the events of a measure; an absent part matches all events. */
export interface Where {
  readonly type?: EventType | readonly EventType[];
  readonly role?: Role;
  /** Only failed messages or calls. */
  readonly failed?: true;
  /** Only events that report this figure. */
  readonly reports?: MetricColumn;
  /** Only events that name this attribute. */
  readonly names?: AttributeName;
  /** Only events that report tokens but no cost. */
  readonly unpriced?: true;
  /** Only corrections that give their message its first cost. */
  readonly firstCost?: true;
  /** Only run events of this status. */
  readonly status?: RunStatus;
  /** Only run events that are not pauses; an event without a status is an end. */
  readonly ends?: true;
  /** No corrections. */
  readonly original?: true;
}

/** The tokens of which one at least makes a message one that has a price. */
export const tokensOfPrices = [
  'total_tokens',
  'input_tokens',
  'output_tokens',
  'prompt_tokens',
  'completion_tokens',
] as const;

/** Whether a row of the log, aliased, reports tokens and no cost. */
export function unpricedSql(alias: string): string {
  const tokens = tokensOfPrices.map((name) => `${alias}.${name}`);
  return `${alias}.cost_nanos is null and coalesce(${tokens.join(', ')}) is not null`;
}

/** The condition for an event `e` that is not a correction. */
export const originalSql = 'e.corrects is null';

/** The condition under which an event `e` counts for a measure, as SQL; empty if all events count. */
export function whereSql(where: Where | undefined, more: readonly string[] = []): string {
  const terms = [...more];
  if (where?.type !== undefined) {
    const codes = [where.type].flat().map((type) => eventTypes[type]);
    // Not `in`, which Postgres evaluates by searching an array.
    const either = codes.map((code) => `e.type = ${code}`).join(' or ');
    terms.push(codes.length === 1 ? either : `(${either})`);
  }
  if (where?.role !== undefined) terms.push(`e.role = ${roles[where.role]}`);
  if (where?.failed) terms.push('e.error');
  if (where?.reports !== undefined) terms.push(`e.${where.reports} is not null`);
  if (where?.names !== undefined) terms.push(`e.${where.names} is not null`);
  if (where?.unpriced) terms.push(unpricedSql('e'));
  // First the condition that holds for almost no event.
  if (where?.firstCost) terms.unshift(`e.pricing = ${pricings.first}`);
  if (where?.status !== undefined) terms.push(`e.status = ${runStatuses[where.status]}`);
  if (where?.ends) terms.push(`e.status is distinct from ${runStatuses.paused}`);
  if (where?.original) terms.push(originalSql);
  return terms.join(' and ');
}
