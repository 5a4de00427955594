import { z } from 'zod';
import { describeValue } from '../../events/fault.js';
import { InvalidCursorError, TailExpiredError } from '../query-errors.js';

/** The maximum age of a cursor: one day. */
export const tailHours = 24;

/** Clients have cursors and may change them, so a value that Postgres could not read is refused. */
const snapshot = z.string().max(60_000).refine(isSnapshot);
const micros = z.int().min(0);
const text = z.string().refine((value) => !value.includes('\0') && value.isWellFormed());

const point = z.strictObject({
  /** The version of the format. */
  v: z.literal(1),
  project: z.int(),
  /** Everything that this snapshot sees has been sent. */
  from: snapshot,
  /** No event that `from` does not see was recorded before this time, in microseconds. */
  floor: micros,
  /** The current step: what `to` sees and `from` does not. Absent between steps. */
  step: z
    .strictObject({
      to: snapshot,
      /** The floor of `to`, and the time at which it was taken. */
      floor: micros,
      at: micros,
      /** The last event that was sent: when it was recorded, its session, its key. */
      event: z.tuple([micros, text, z.guid()]).optional(),
      /** All events are sent; the last run that was sent, by session and run, none at first. */
      run: z.union([z.tuple([text, text]), z.tuple([])]).optional(),
    })
    .optional(),
});

const serverPoints = z.strictObject({
  v: z.literal(2),
  project: z.int(),
  parts: z
    .array(z.strictObject({ place: text, stripes: z.array(micros).max(256), point }))
    .max(256),
});

/** Whether a string is `xmin:xmax:xip,xip` as Postgres reads it, with numbers that fit into a bigint. */
function isSnapshot(value: string): boolean {
  const [, xmin = '', xmax = '', open = ''] =
    /^(\d{1,18}):(\d{1,18}):((?:\d{1,18}(?:,\d{1,18})*)?)$/.exec(value) ?? [];
  if (xmax === '') return false;
  const ids = [xmin, ...(open === '' ? [] : open.split(',')), xmax].map(BigInt);
  const isOrdered = ids.every((id, at) => at === 0 || (ids[at - 1] ?? id) <= id);
  return isOrdered && BigInt(xmin) > 0n && (open === '' || ids.at(-2) !== ids.at(-1));
}

/** A position in the stream of newly folded events. */
export type TailPoint = z.infer<typeof point>;
export type TailStep = NonNullable<TailPoint['step']>;

/** The position in a store on several servers: one for each, and the stripes that it is for. */
export type TailParts = z.infer<typeof serverPoints>['parts'];

/** Positions on several servers as a string that a client sends back. */
export function encodeTailParts(project: number, parts: TailParts): string {
  return Buffer.from(JSON.stringify({ v: 2, project, parts })).toString('base64url');
}

/**
 * @throws InvalidCursorError if the string does not come from a stream of this project
 * @throws TailExpiredError if it comes from a store on one server, such as one that this store replaces
 */
export function decodeTailParts(text: string, project: number): TailParts {
  return decode(text, project, serverPoints, point).parts;
}

/** A position as a string that a client sends back. */
export function encodeTailPoint(value: TailPoint): string {
  return Buffer.from(JSON.stringify(value)).toString('base64url');
}

/**
 * @throws InvalidCursorError if the string does not come from a stream of this project
 * @throws TailExpiredError if it comes from a store on several servers
 */
export function decodeTailPoint(text: string, project: number): TailPoint {
  return decode(text, project, point, serverPoints);
}

function decode<T extends { readonly project: number }>(
  text: string,
  project: number,
  format: z.ZodType<T>,
  another: z.ZodType<{ readonly project: number }>,
): T {
  const value = parse(text);
  const { data } = format.safeParse(value);
  if (data?.project === project) return data;
  if (another.safeParse(value).data?.project === project) throw new TailExpiredError(tailHours);
  throw new InvalidCursorError(describeValue(text), 'cursor', 'that of an item of this stream');
}

function parse(text: string): unknown {
  try {
    return JSON.parse(Buffer.from(text, 'base64url').toString());
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}
