import { isShortText, maxText } from './limits.js';

/**
 * Your own dimensions: name → string. Use them for values with a limited number, such as a
 * customer, a feature or a release. Undefined values are ignored.
 */
export type Labels = Readonly<Record<string, string | undefined>>;

/** The maximum number of labels of one event. */
export const maxLabels = 16;
const labelName = /^[a-z][a-z0-9_.-]{0,39}$/;

/** The expected form of a label's name. */
export const labelNamePhrase =
  'a name of 1 to 40 of a-z, 0-9, _, . and -, the first of them a letter';
/** The expected form of an event's labels. */
export const labelsPhrase = `an object of at most ${maxLabels} labels: name → string of 1 to ${maxText} characters`;

/** Whether a value is the name of a label. */
export function isLabelName(value: unknown): value is string {
  return typeof value === 'string' && labelName.test(value);
}

/** Whether a value is a plain object, as JSON has them. A Map would look like one without names. */
export function isNameValues(value: unknown): value is Record<string, unknown> {
  return Object.prototype.toString.call(value) === '[object Object]';
}

/**
 * Labels as the log stores them: the JSON of those with a value, in their original order; empty if
 * none has a value. Undefined if they are invalid.
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

/** An object that may have labels. */
export interface Labelled {
  readonly labels?: Labels | undefined;
}

/**
 * The labels of both objects. If both have a name, the second one's value is used. Without `labels`
 * if neither has any.
 */
export function mergedLabels(one: Labelled, other: Labelled): Labelled {
  if (one.labels === undefined && other.labels === undefined) return {};
  return { labels: { ...one.labels, ...other.labels } };
}

/** The maximum length of the JSON of labels: an escape may take six characters. */
const maxLabelsText = maxLabels * (6 * maxText + 50);

/** Whether a value is a string that `labelsText` could return: in it no name occurs twice. */
export function isLabelsText(value: unknown): boolean {
  const labels = labelsFromText(value);
  return labels !== value && labelsText(labels) === value;
}

/** Parses the labels of the log. Any other value is returned unchanged. */
export function labelsFromText(text: unknown): unknown {
  if (typeof text !== 'string' || text.length > maxLabelsText) return text;
  try {
    return JSON.parse(text);
  } catch {
    // Invalid JSON: the check of the event reports it.
    return text;
  }
}
