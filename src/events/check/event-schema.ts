import { z } from 'zod';
import { type AttributeName, attributeFields } from '../attribute-fields.js';
import type { EventType } from '../codes.js';
import { type EventField, fieldsIn } from '../event-fields.js';
import { isLabelName, labelNamePhrase, labelsPhrase, maxLabels } from '../labels.js';
import {
  isErrorText,
  isStorableObject,
  maxDetails,
  maxDollars,
  maxErrorText,
  maxJson,
  maxSeconds,
  maxText,
  maxTokens,
  timeFault,
} from '../limits.js';
import { type MetricKind, type MetricName, metricFields } from '../metric-fields.js';

const textPhrase = (max: number) => `a string of 1 to ${max} characters`;
const text = (max: number) =>
  z.string(textPhrase(max)).regex(new RegExp(`^[^\\0\\p{Cs}]{1,${max}}$`, 'u'), {
    error: `${textPhrase(max)} without NUL or lone surrogates`,
  });

const id = text(maxText);

const occurredAt = z.string('an RFC 3339 time with a zone').superRefine((value, context) => {
  const expected = timeFault(value);
  if (expected !== undefined) context.addIssue({ code: 'custom', message: expected });
});

/** The expected value of `additional_metrics`. */
export const jsonPhrase = `a JSON object of at most ${maxJson} characters and 32 levels, with integers up to 2^53 - 1 (send larger ones as strings), without NUL or lone surrogates`;
const jsonObject = z
  .record(z.string(), z.unknown(), jsonPhrase)
  .refine(isStorableObject, { error: jsonPhrase });

/** The expected object of name → tokens. */
export const mapPhrase = `an object of at most ${maxDetails} names`;

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
      return z
        .record(id, tokens(signed), 'an object of name → tokens')
        .refine((value) => Object.keys(value).length <= maxDetails, {
          error: mapPhrase,
        });
    case 'json':
      return jsonObject;
  }
}

/** The expected number of tokens. */
export function tokensPhrase(signed: boolean): string {
  return `an integer from ${signed ? -maxTokens : 0} to ${maxTokens}`;
}

function tokens(signed: boolean): z.ZodType {
  const phrase = tokensPhrase(signed);
  const low = signed ? -maxTokens : 0;
  return z.int(phrase).min(low, phrase).max(maxTokens, phrase);
}

function metricsSchema(signed: boolean) {
  const shape: Record<string, z.ZodType> = {};
  for (const field of metricFields) shape[field.name] = metricSchema(field.kind, signed).optional();
  return z.strictObject(shape as Record<MetricName, z.ZodType>, 'an object of metrics');
}

const labels = z
  .record(z.string().refine(isLabelName, { error: labelNamePhrase }), id, labelsPhrase)
  .refine((value) => Object.keys(value).length <= maxLabels, { error: labelsPhrase });

const attributeShape = Object.fromEntries(
  attributeFields.map((field) => [field.name, id.optional()]),
) as Record<AttributeName, z.ZodOptional<typeof id>>;

const envelope = {
  id,
  run_id: id,
  session_id: id,
  occurred_at: occurredAt,
  sequence: z.int('an integer from 0').min(0, 'an integer from 0').max(maxTokens).optional(),
  ...attributeShape,
  labels: labels.optional(),
};

function oneOf(codes: Readonly<Record<string, number>>): z.ZodType {
  const names = Object.keys(codes);
  return z.enum(names, `one of ${names.join(', ')}`);
}

const errorPhrase = `true, false or a string of at most ${maxErrorText} characters`;
const failure = z.union([z.boolean(), z.string().refine(isErrorText)], errorPhrase);

function fieldSchema(field: EventField): z.ZodType {
  switch (field.kind) {
    case 'text':
      return id;
    case 'code':
      return oneOf(field.codes);
    case 'failure':
      return failure;
  }
}

const ownFields = (type: EventType, signed: boolean) =>
  Object.fromEntries(
    fieldsIn(type, signed).map((field) => {
      const schema = fieldSchema(field);
      return [field.name, field.isRequired ? schema : schema.optional()];
    }),
  );

function createSchemas(signed: boolean): Record<EventType, z.ZodObject> {
  const build = (type: EventType) =>
    z.strictObject({
      type: z.literal(type),
      ...envelope,
      ...ownFields(type, signed),
      ...(signed ? { corrects: id } : {}),
      metrics: metricsSchema(signed).optional(),
    });
  return { message: build('message'), tool_call: build('tool_call'), run: build('run') };
}

/** The schema of each type of event; a correction's figures may be negative. */
export const eventSchemas = { plain: createSchemas(false), correction: createSchemas(true) };
