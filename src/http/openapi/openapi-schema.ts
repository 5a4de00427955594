import { z } from 'zod';
import type { JsonSchema } from './openapi-document.js';

/** Writes a schema for input or for output. */
export type WriteSchema = (schema: z.ZodType, io: 'input' | 'output') => JsonSchema;

/** A schema as JSON Schema; schemas with an id are added to `schemas` and referenced. */
export function toSchema(
  schema: z.ZodType,
  io: 'input' | 'output',
  schemas: Record<string, JsonSchema>,
): JsonSchema {
  const text = JSON.stringify(
    z.toJSONSchema(schema, { io, unrepresentable: 'any', reused: 'inline' }),
  ).replaceAll('"#/$defs/', '"#/components/schemas/');
  const {
    $schema: _dialect,
    $defs = {},
    ...own
  } = JSON.parse(text) as JsonSchema & {
    $defs?: Record<string, JsonSchema>;
  };
  for (const [name, { id: _id, ...one }] of Object.entries($defs)) schemas[name] = one;
  if (typeof own.id !== 'string') return own;
  const { id, ...one } = own;
  schemas[id as string] = one;
  return { $ref: `#/components/schemas/${id}` };
}
