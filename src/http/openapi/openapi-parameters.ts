import type { z } from 'zod';
import { maxText } from '../../events/limits.js';
import { exampleValues } from '../route/example-values.js';
import { hasEtag, type Route } from '../route/route.js';
import type { JsonSchema, Parameter } from './openapi-document.js';
import type { WriteSchema } from './openapi-schema.js';

/** The parameters of a route: in its path, its query and its headers. */
export function parametersOf(route: Route, write: WriteSchema): Parameter[] {
  return [
    ...ofShape(route.params, 'path', exampleValues, write),
    ...ofShape(route.query, 'query', route.example ?? {}, write),
    ...headersOf(route),
  ];
}

function ofShape(
  schema: z.ZodObject,
  place: 'path' | 'query',
  examples: Readonly<Record<string, unknown>>,
  write: WriteSchema,
): Parameter[] {
  return Object.entries(schema.shape).map(([name, value]) => {
    const { description: about, ...written } = write(value as z.ZodType, 'input');
    const isLabels = place === 'query' && name === 'label';
    const of: JsonSchema = isLabels ? labelsSchema : written;
    return {
      name,
      in: place,
      required: place === 'path' || !(value as z.ZodType).safeParse(undefined).success,
      ...(typeof about === 'string' ? { description: about } : {}),
      schema: of,
      ...(isLabels ? ({ style: 'form', explode: true } as const) : {}),
      ...(examples[name] === undefined
        ? {}
        : { example: of.type === 'array' ? [examples[name]].flat() : examples[name] }),
    };
  });
}

/** Labels are separate parameters, whose names cannot be listed. */
const labelsSchema: JsonSchema = {
  type: 'object',
  patternProperties: {
    '^label\\.[a-z][a-z0-9_.-]{0,39}$': {
      anyOf: [
        { type: 'string', minLength: 1, maxLength: maxText },
        { type: 'array', items: { type: 'string', minLength: 1, maxLength: maxText } },
      ],
    },
  },
  additionalProperties: false,
};

function headersOf(route: Route): Parameter[] {
  const known = hasEtag(route)
    ? {
        'If-None-Match':
          'The `ETag` of an earlier response: if nothing has changed, 304 without a body',
      }
    : {};
  return Object.entries({ ...route.headers, ...known }).map(([name, about]) => ({
    name,
    in: 'header',
    required: false,
    description: about,
    schema: { type: 'string' },
  }));
}
