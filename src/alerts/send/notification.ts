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

/** A notification as a sentence. */
export function sentenceOf({ type, data }: Notification): string {
  const { rule, budget, value, share, figure, limit, measure } = data;
  const unit = (amount: number) =>
    measure.startsWith('cost') && measure !== 'cost_growth'
      ? `$${number.format(amount)}`
      : number.format(amount);
  const subject = budget === null ? `Alert ${rule}` : `Budget ${budget}`;
  const of = value === null ? '' : ` of ${value}`;
  const name = measure.replaceAll('_', ' ');
  if (type === 'alert.test') return `A test of this channel: notifications of ${rule} arrive here.`;
  if (type === 'alert.resolved') return `${subject}${of} is resolved: ${name} is ${unit(figure)}.`;
  return share === null
    ? `${subject}${of}: ${name} is ${unit(figure)}, the limit is ${unit(limit)}.`
    : `${subject}${of} has reached ${number.format(share)} %: ${name} is ${unit(figure)} of ${unit(limit)}.`;
}
