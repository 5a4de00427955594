import { describeValue, type EventFault, maxFaults } from '../fault.js';
import { isNameValues, labelsPhrase, maxLabels } from '../labels.js';
import { isStorableObject, maxDetails } from '../limits.js';
import { metricAliases, metricFields } from '../metric-fields.js';
import { jsonPhrase, mapPhrase } from './event-schema.js';
import { isRawObject, type RawObject } from './normalize-event.js';

/** An event without what exceeds a limit, so that checking the rest costs little. */
interface BoundedNames {
  readonly event: RawObject;
  /** The faults of what was left out. */
  readonly faults: readonly EventFault[];
  /** The number of unknown names that were left out. */
  readonly more: number;
}

/**
 * Finds the objects with too many names before the names are checked: a schema takes 30 µs for each invalid one, and
 * one event may have a hundred thousand. The event is not changed.
 */
export function boundNames(raw: RawObject, fields: readonly string[]): BoundedNames {
  const faults: EventFault[] = [];
  const leaveOut: LeaveOut = (field, expected, got) => void faults.push({ field, expected, got });
  let { kept: event, more } = boundUnknown(raw, (name) => fields.includes(name));
  if (isNameValues(event.labels) && hasManyLabels(event.labels)) {
    leaveOut('labels', labelsPhrase, namesOf(event.labels));
    event = { ...event, labels: undefined };
  }
  if (isRawObject(event.metrics)) {
    const known = boundUnknown(event.metrics, isMetric);
    const metrics = boundObjects(known.kept, leaveOut);
    if (metrics !== event.metrics) event = { ...event, metrics };
    more += known.more;
  }
  return { event, faults, more };
}

type LeaveOut = (field: string, expected: string, got: string) => void;
const namesOf = (object: RawObject) => `${Object.keys(object).length} names`;

/** The metrics without objects that exceed their limits. */
function boundObjects(metrics: RawObject, leaveOut: LeaveOut): RawObject {
  let bounded = metrics;
  for (const { name, kind } of metricFields) {
    const value = metrics[name];
    if (!isRawObject(value)) continue;
    const field = `metrics.${name}`;
    if (kind === 'token_map' && Object.keys(value).length > maxDetails) {
      leaveOut(field, mapPhrase, namesOf(value));
    } else if (kind === 'json' && !isStorableObject(value)) {
      leaveOut(field, jsonPhrase, describeValue(value));
    } else continue;
    bounded = { ...bounded, [name]: undefined };
  }
  return bounded;
}

/** The object with all its known names, and as many unknown ones as faults are listed. */
function boundUnknown(object: RawObject, isKnown: (name: string) => boolean) {
  const names = Object.keys(object);
  if (names.length <= maxFaults) return { kept: object, more: 0 };
  let unknown = 0;
  const kept = names.filter((name) => {
    const value = object[name];
    if (value === undefined || value === null) return false;
    if (isKnown(name)) return true;
    unknown += 1;
    return unknown <= maxFaults;
  });
  return {
    kept: Object.fromEntries(kept.map((name) => [name, object[name]])),
    more: Math.max(0, unknown - maxFaults),
  };
}

/** Whether there are too many labels with a value. */
function hasManyLabels(labels: RawObject): boolean {
  let count = 0;
  for (const name of Object.keys(labels)) {
    if (labels[name] === undefined || labels[name] === null) continue;
    count += 1;
    if (count > maxLabels) return true;
  }
  return false;
}

const metricNames = new Set([
  ...metricFields.map(({ name }) => name as string),
  ...metricAliases.keys(),
]);
const isMetric = (name: string) => metricNames.has(name);
