import { eventTypes, type MetricEvent, roles } from '../events/metric-event.js';

/**
 * The fields on which a correction and its event must agree. Only then does the correction add to the
 * same totals; a correction that was made by hand may add to others.
 */
const agreeingFields = ['type', 'session_id', 'run_id', 'role'] as const;

type AgreeingField = (typeof agreeingFields)[number];

/** Whether a correction adds to the totals of its event. */
export function agree(correction: MetricEvent, original: MetricEvent): boolean {
  return agreeingFields.every((field) => fieldOf(correction, field) === fieldOf(original, field));
}

const fieldOf = (event: MetricEvent, field: AgreeingField) =>
  field === 'role' && event.type !== 'message' ? undefined : event[field as 'type'];

/**
 * `agree` as SQL, of two rows of one view of the log. `columns` are those of the view: a view of one type
 * has no `type`, and a view of tool calls no `role`.
 */
export function agreeInViewSql(one: string, other: string, columns: readonly string[]): string {
  return agreeingFields
    .filter((field) => columns.includes(field))
    .map((field) => `${one}.${field} = ${other}.${field}`)
    .join(' and ');
}

/**
 * The columns that an event has in common with the corrections that add to its totals, in a view of messages: rows
 * with equal values and the same event to correct belong together.
 */
export function agreedColumnsSql(alias: string): string {
  return agreeingFields
    .filter((field) => field !== 'type')
    .map((field) => `${alias}.${field}`)
    .join(', ');
}

/** `agree` as SQL, of a row of the log and an assistant's message in it. Their sessions are equal. */
export function agreeWithAnswerSql(correction: string, message: string): string {
  const values: Readonly<Partial<Record<AgreeingField, string | number>>> = {
    type: eventTypes.message,
    role: roles.assistant,
    run_id: `${message}.run_id`,
  };
  return agreeingFields
    .filter((field) => field !== 'session_id')
    .map((field) => `${correction}.${field} = ${values[field]}`)
    .join(' and ');
}
