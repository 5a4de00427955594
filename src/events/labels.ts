import { isShortText, maxText } from './limits.js';

/**
 * Dimensions of the user's own: name → text. For values of which there are few, such as a customer, a
 * feature or a release. One that is undefined is not there.
 */
export type Labels = Readonly<Record<string, string | undefined>>;

/** The most labels of one event. */
export const maxLabels = 16;
const labelName = /^[a-z][a-z0-9_.-]{0,39}$/;

/** What a label's name is. */
export const labelNamePhrase =
  'a name of 1 to 40 of a-z, 0-9, _, . and -, the first of them a letter';
/** What the labels of an event are. */
export const labelsPhrase = `an object of at most ${maxLabels} labels: name → string of 1 to ${maxText} characters`;

/** Whether a value is the name of a label. */
export function isLabelName(value: unknown): value is string {
  return typeof value === 'string' && labelName.test(value);
}

/** Whether a value is an object as JSON has them; a Map would look like one without names. */
export function isNameValues(value: unknown): value is Record<string, unknown> {
  return Object.prototype.toString.call(value) === '[object Object]';
}

/**
 * Labels as the log keeps them: the JSON of those that have a value, in the order in which they came; empty
 * where none has. Undefined where they are not in order.
 */
export function labelsText(value: unknown): string | undefined {
  if (!isNameValues(value)) return undefined;
  let count = 0;
  let areAll = true;
  for (const name in value) {
    const text = value[name];
    if (text === undefined || text === null) {
      areAll = false;
      continue;
    }
    count += 1;
    if (count > maxLabels || !isLabelName(name) || !isShortText(text)) return undefined;
  }
  if (count === 0) return '';
  return JSON.stringify(areAll ? value : withValues(value));
}

/** Labels without those that have no value. */
export function withValues(labels: Readonly<Record<string, unknown>>): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(labels).filter(([, value]) => value !== undefined && value !== null),
  );
}

/** What has labels, or none. */
export interface Labelled {
  readonly labels?: Labels | undefined;
}

/** The labels of two, of which the second's hold where both have one; without any where neither has. */
export function mergedLabels(one: Labelled, other: Labelled): Labelled {
  if (one.labels === undefined && other.labels === undefined) return {};
  return { labels: { ...one.labels, ...other.labels } };
}

/** The longest text that labels can make: a character may take six, as an escape. */
const maxLabelsText = maxLabels * (6 * maxText + 50);

/** Whether a value is a text that `labelsText` makes: in it no name comes twice. */
export function isLabelsText(value: unknown): boolean {
  const labels = labelsOfText(value);
  return labels !== value && labelsText(labels) === value;
}

/** The labels that a text of the log stands for. What is no such text stays as it is. */
export function labelsOfText(text: unknown): unknown {
  if (typeof text !== 'string' || text.length > maxLabelsText) return text;
  try {
    return JSON.parse(text);
  } catch {
    // No JSON: whoever checks the event says so.
    return text;
  }
}
