import { type EventType, eventTypes, pricings, roles, runStatuses } from './codes.js';

/**
 * The fields that only some types of event have: the third table beside the metrics and the
 * attributes. The wire schema, the TypeScript types, the row reader, the check by column, the log's
 * columns and the views are made from it. Adding a field is one line here plus `npm run generate`.
 *
 * Fields that identify and order every event (type, id, run, session, time, sequence, corrects) are
 * not included: each of them has its own rules.
 */

interface FieldBase {
  readonly name: string;
  /** The types of event that may have it. */
  readonly on: readonly EventType[];
  /** Whether every such event must have it. */
  readonly isRequired?: true;
  /** Whether only events that correct another may have it. */
  readonly isOfCorrections?: true;
  readonly doc: string;
}

/** How a field is sent and stored. */
export type EventField =
  /** A string of 1 to 200 characters. */
  | (FieldBase & { readonly kind: 'text' })
  /** One of several names, stored as its code. Aliases are read as the names they mean. */
  | (FieldBase & {
      readonly kind: 'code';
      readonly codes: Readonly<Record<string, number>>;
      readonly aliases?: Readonly<Record<string, string>>;
    })
  /**
   * Whether something failed, or a string that says how. Each has a column; that of the string is
   * `NAME_text`.
   */
  | (FieldBase & { readonly kind: 'failure'; readonly textDoc: string });

export const eventFields = [
  {
    name: 'role',
    on: ['message'],
    kind: 'code',
    codes: roles,
    // Agno's Gemini calls the assistant `model`.
    aliases: { model: 'assistant' },
    isRequired: true,
    doc: 'assistant, user, system or tool',
  },
  {
    name: 'status',
    on: ['run'],
    kind: 'code',
    codes: runStatuses,
    doc: 'How the run ended: completed, error, cancelled or paused',
  },
  {
    name: 'pricing',
    on: ['message'],
    kind: 'code',
    codes: pricings,
    isOfCorrections: true,
    doc: 'Only for corrections: first if the message had no cost before',
  },
  { name: 'tool_name', on: ['tool_call'], kind: 'text', isRequired: true, doc: 'The tool' },
  {
    name: 'tool_call_id',
    on: ['tool_call'],
    kind: 'text',
    doc: "The call's id as the model gave it",
  },
  {
    name: 'error',
    on: ['message', 'tool_call'],
    kind: 'failure',
    doc: 'Whether it failed; null if not reported',
    textDoc: 'How it failed',
  },
] as const satisfies readonly EventField[];

/** The table without its literal types. */
export const allEventFields: readonly EventField[] = eventFields;

/** The fields that events of a type may have. */
export function eventFieldsOn(type: EventType): readonly EventField[] {
  return allEventFields.filter(({ on }) => on.includes(type));
}

/** The fields that a correction may have, or any other event. */
export function fieldsIn(type: EventType, isCorrection: boolean): readonly EventField[] {
  return eventFieldsOn(type).filter(({ isOfCorrections }) => isCorrection || !isOfCorrections);
}

/** The codes of the types that may have a field. */
export function typeCodesOf({ on }: EventField): readonly number[] {
  return on.map((type) => eventTypes[type]);
}

/** The column for the text of a failure. */
export const failureText = <N extends string>(name: N): `${N}_text` => `${name}_text`;

type AnyField = (typeof eventFields)[number];
type FieldOn<T extends EventType, F = AnyField> = F extends { readonly on: readonly (infer O)[] }
  ? T extends O
    ? F
    : never
  : never;
type RequiredName<F> = F extends {
  readonly name: infer N extends string;
  readonly isRequired: true;
}
  ? N
  : never;
type OptionalName<F> = F extends { readonly isRequired: true }
  ? never
  : F extends { readonly name: infer N extends string }
    ? N
    : never;
type ValueOf<F> = F extends { readonly codes: infer C }
  ? keyof C
  : F extends { readonly kind: 'failure' }
    ? boolean | string
    : string;

/** The fields of one type of event in the wire format. */
export type EventFieldsOn<T extends EventType> = {
  readonly [F in FieldOn<T> as RequiredName<F>]: ValueOf<F>;
} & {
  readonly [F in FieldOn<T> as OptionalName<F>]?: ValueOf<F> | undefined;
};

type ReadValue<F> = F extends { readonly codes: infer C }
  ? keyof C
  : F extends { readonly kind: 'failure' }
    ? boolean
    : string;
type FailureTextName<F> = F extends {
  readonly kind: 'failure';
  readonly name: infer N extends string;
}
  ? `${N}_text`
  : never;

/** The fields in a view of some types; null if not reported. */
export type ReadFieldsOn<T extends EventType> = {
  readonly [F in FieldOn<T> as RequiredName<F>]: ReadValue<F>;
} & {
  readonly [F in FieldOn<T> as OptionalName<F>]: ReadValue<F> | null;
} & { readonly [F in FieldOn<T> as FailureTextName<F>]: string | null };

/** The fields in a row of any event. */
export type ReadFields = {
  readonly [F in AnyField as F['name']]: ReadValue<F> | null;
} & { readonly [F in AnyField as FailureTextName<F>]: string | null };
