import { z } from 'zod';
import { type AttributeName, attributeFields } from './attribute-fields.js';
import { type eventTypes, roles, runStatuses } from './metric-event.js';
import { type MetricKind, type MetricName, metricFields } from './metric-fields.js';
import { earliestMicros, futureToleranceMicros, parseTimestamp } from './timestamp.js';

/** The most tokens one event may report. */
export const maxTokens = 2_147_483_647;
/** The longest time one event may report, in seconds: about three years. */
export const maxSeconds = 100_000_000;
/** The most one event may cost, in US dollars. */
export const maxDollars = 1_000_000;

// Postgres stores neither NUL nor half a surrogate pair.
const storable = (text: string) => !text.includes('\0') && text.isWellFormed();

/** A text without NUL or half a surrogate pair, as one check: it stands on every hot path. */
const text = (max: number) =>
  z.string(`a text of 1 to ${max} characters`).regex(new RegExp(`^[^\\0\\p{Cs}]{1,${max}}$`, 'u'), {
    error: `a text of 1 to ${max} characters without NUL or lone surrogates`,
  });

const id = text(200);

const occurredAt = z.string('an RFC 3339 time with a zone').superRefine((value, context) => {
  const expected = expectedTime(parseTimestamp(value));
  if (expected !== undefined) context.addIssue({ code: 'custom', message: expected });
});

function expectedTime(micros: number | undefined): string | undefined {
  if (micros === undefined) return 'an RFC 3339 time with a zone, such as 2026-01-31T12:00:00Z';
  if (micros < earliestMicros) return 'a time from the year 2000 on';
  if (micros > Date.now() * 1000 + futureToleranceMicros) {
    return 'a time at most a day ahead of the clock';
  }
  return undefined;
}

const jsonPhrase = 'a JSON object without NUL or lone surrogates, at most 32 levels deep';
const jsonObject = z
  .record(z.string(), z.unknown(), jsonPhrase)
  .refine((value) => isStorableJson(value, 0), { error: jsonPhrase });

function isStorableJson(value: unknown, depth: number): boolean {
  if (depth > 32) return false;
  if (typeof value === 'string') return storable(value);
  if (typeof value === 'number') return Number.isFinite(value);
  if (value === null || typeof value === 'boolean') return true;
  if (Array.isArray(value)) return value.every((item) => isStorableJson(item, depth + 1));
  if (typeof value !== 'object') return false;
  return Object.entries(value).every(
    ([key, item]) => storable(key) && (item === undefined || isStorableJson(item, depth + 1)),
  );
}

function metricSchema(kind: MetricKind, signed: boolean): z.ZodType {
  const amount = (max: number, unit: string) => {
    const low = signed ? -max : 0;
    const phrase = `${unit} from ${low} to ${max}`;
    return z.number(phrase).min(low, phrase).max(max, phrase);
  };
  switch (kind) {
    case 'tokens':
      return tokens(signed);
    case 'seconds':
      return amount(maxSeconds, 'seconds');
    case 'dollars':
      return amount(maxDollars, 'dollars');
    case 'token_map':
      return z.record(id, tokens(signed), 'an object of name → tokens');
    case 'json':
      return jsonObject;
  }
}

function tokens(signed: boolean): z.ZodType {
  const low = signed ? -maxTokens : 0;
  const phrase = `a whole number from ${low} to ${maxTokens}`;
  return z.int(phrase).min(low, phrase).max(maxTokens, phrase);
}

function metricsSchema(signed: boolean) {
  const shape: Record<string, z.ZodType> = {};
  for (const field of metricFields) shape[field.name] = metricSchema(field.kind, signed).optional();
  return z.strictObject(shape as Record<MetricName, z.ZodType>, 'an object of metrics');
}

const attributeShape = Object.fromEntries(
  attributeFields.map((field) => [field.name, id.optional()]),
) as Record<AttributeName, z.ZodOptional<typeof id>>;

const envelope = {
  id,
  run_id: id,
  session_id: id,
  occurred_at: occurredAt,
  sequence: z
    .int('a whole number from 0')
    .min(0, 'a whole number from 0')
    .max(maxTokens)
    .optional(),
  ...attributeShape,
};

const oneOf = <T extends Record<string, number>>(codes: T) => {
  const names = Object.keys(codes) as [keyof T & string, ...(keyof T & string)[]];
  return z.enum(names, `one of ${names.join(', ')}`);
};

const errorPhrase = 'true, false or a text of at most 2000 characters';
const ownFields = {
  message: { role: oneOf(roles) },
  tool_call: {
    tool_name: id,
    tool_call_id: id.optional(),
    error: z.union([z.boolean(), z.string().max(2000).refine(storable)], errorPhrase).optional(),
  },
  run: { status: oneOf(runStatuses).optional() },
};

type TypeName = keyof typeof eventTypes;

function schemasOf(signed: boolean): Record<TypeName, z.ZodType> {
  const build = (type: TypeName) =>
    z.strictObject({
      type: z.literal(type),
      ...envelope,
      ...ownFields[type],
      ...(signed ? { corrects: id } : {}),
      metrics: metricsSchema(signed).optional(),
    });
  return { message: build('message'), tool_call: build('tool_call'), run: build('run') };
}

/** The schema of each type of event; a correction's figures may be negative. */
export const eventSchemas = { plain: schemasOf(false), correction: schemasOf(true) };
