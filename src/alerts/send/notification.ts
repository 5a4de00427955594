/** The content of a notification: figures and names, nothing that was said to a model. */
export interface Notification {
  readonly type: 'alert.firing' | 'alert.resolved' | 'alert.test';
  /** RFC 3339 in UTC. */
  readonly timestamp: string;
  readonly data: {
    readonly project: number;
    readonly rule: string;
    readonly kind: string;
    readonly budget: string | null;
    /** The user, agent, model, tool …; null for the project. */
    readonly value: string | null;
    /** For a budget: the share of the limit that was reached, in percent. */
    readonly share: number | null;
    /** The measured value, in the unit of the rule; `limit` is what it was compared with. */
    readonly figure: number;
    readonly limit: number;
    /** What is measured, such as cost or error_rate. */
    readonly measure: string;
    /** The window of a budget; null without one. */
    readonly window_start: string | null;
  };
}

const number = new Intl.NumberFormat('en-US', { maximumFractionDigits: 4 });
const share = new Intl.NumberFormat('en-US', { maximumFractionDigits: 1 });
const count = (amount: number) => number.format(amount);
const seconds = (amount: number) => `${number.format(amount)} s`;
const dollars = (amount: number) => `$${number.format(amount)}`;

/** What a rule measures, by its kind, and its unit. */
const measured: Readonly<Record<string, readonly [string, (amount: number) => string]>> = {
  error_rate: ['error rate', (amount) => `${share.format(amount * 100)} %`],
  slow: ['p95', seconds],
  cost_growth: ['cost', (amount) => `${number.format(amount)} times that of a week before`],
  silence: ['the number of events', count],
  unpriced: ['the number of messages without a price', count],
  rejects: ['the number of rejects', count],
  queue_lag: ['queue lag', seconds],
};

/** A notification as a sentence. */
export function sentenceOf({ type, data }: Notification): string {
  const { rule, kind, budget, value, share: reached, figure, limit, measure } = data;
  const subject = budget === null ? `Alert ${rule}` : `Budget ${budget}`;
  const of = value === null ? '' : ` of ${value}`;
  const [name, unit] = measured[kind] ?? [
    measure === 'cost' ? 'cost' : `the number of ${measure.replaceAll('_', ' ')}`,
    measure === 'cost' ? dollars : count,
  ];
  if (type === 'alert.test') return `A test of this channel: notifications of ${rule} arrive here.`;
  if (type === 'alert.resolved') return `${subject}${of} is resolved: ${name} is ${unit(figure)}.`;
  return reached === null
    ? `${subject}${of}: ${name} is ${unit(figure)}, the limit is ${unit(limit)}.`
    : `${subject}${of} has reached ${count(reached)} %: ${name} is ${unit(figure)} of ${unit(limit)}.`;
}
