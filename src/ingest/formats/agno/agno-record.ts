import { RunfoldError } from '../../../environment/runfold-error.js';
import { describeValue } from '../../../events/fault.js';

/** The input is not a valid run response of Agno. No events were made. */
export class InvalidAgnoRunError extends RunfoldError {
  readonly code = 'invalid_agno_run';
  constructor(
    /** The field's path, for example `messages[2].role`; empty for the response as a whole. */
    readonly field: string,
    readonly expected: string,
    readonly got: string,
  ) {
    super(`${field === '' ? 'run response' : field}: Expected ${expected}, got ${got}.`);
    this.name = 'InvalidAgnoRunError';
  }
}

/** An object of an Agno response, read field by field; null reads as absent. */
export interface AgnoRecord {
  /** Its path, for errors. */
  readonly path: string;
  /** The names of its fields that are not null. */
  readonly names: readonly string[];
  has(name: string): boolean;
  text(name: string): string | undefined;
  /** The first of several names that is present. */
  number(...names: string[]): number | undefined;
  flag(name: string): boolean | undefined;
  record(name: string): AgnoRecord | undefined;
  /** The objects of a list; an absent list is empty. */
  records(name: string): readonly AgnoRecord[];
  /** The fields, unchanged. */
  plain(): Record<string, unknown>;
  /** The error of an invalid field. */
  fault(name: string, expected: string): InvalidAgnoRunError;
}

/** Reads a value as an object. @throws InvalidAgnoRunError if it is not one */
export function agnoRecord(value: unknown, path = ''): AgnoRecord {
  if (!isObject(value)) throw new InvalidAgnoRunError(path, 'an object', describeValue(value));
  const at = (name: string) => (path === '' ? name : `${path}.${name}`);
  const get = (name: string) => value[name] ?? undefined;
  const fault = (name: string, expected: string) =>
    new InvalidAgnoRunError(at(name), expected, describeValue(value[name]));
  const read = <T>(name: string, is: (field: unknown) => field is T, expected: string) => {
    const field = get(name);
    if (field === undefined || is(field)) return field;
    throw fault(name, expected);
  };
  return {
    path,
    names: Object.keys(value).filter((name) => get(name) !== undefined),
    has: (name) => get(name) !== undefined,
    text: (name) => read(name, isText, 'a string') || undefined,
    number(...names) {
      const name = names.find((one) => get(one) !== undefined);
      return name === undefined ? undefined : read(name, isNumber, 'a number');
    },
    flag: (name) => read(name, isFlag, 'true or false'),
    record(name) {
      const field = get(name);
      return field === undefined ? undefined : agnoRecord(field, at(name));
    },
    records: (name) =>
      (read(name, isList, 'a list of objects') ?? []).map((item, index) =>
        agnoRecord(item, `${at(name)}[${index}]`),
      ),
    plain: () => value,
    fault,
  };
}

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
const isText = (value: unknown): value is string => typeof value === 'string';
const isNumber = (value: unknown): value is number => typeof value === 'number';
const isFlag = (value: unknown): value is boolean => typeof value === 'boolean';
const isList = (value: unknown): value is unknown[] => Array.isArray(value);
