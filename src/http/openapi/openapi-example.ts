import { exampleValues } from '../route/example-values.js';
import type { JsonSchema } from './openapi-document.js';

/** The position of a value in the document. */
interface Place {
  /** The names of the schemas that contain it; the last one has the field. */
  readonly within: readonly string[];
  /** The field's name. */
  readonly name: string;
}

const top: Place = { within: [], name: '' };

/** An example for a schema, from the values of `example-values.ts`. */
export function exampleOf(
  schema: JsonSchema,
  schemas: Readonly<Record<string, JsonSchema>>,
  place: Place = top,
): unknown {
  const { $ref, type, items, properties, anyOf } = schema;
  if (typeof $ref === 'string') {
    const name = $ref.split('/').at(-1) ?? '';
    return exampleOf(schemas[name] ?? {}, schemas, { ...place, within: [...place.within, name] });
  }
  if (type === 'array') {
    const item = (items ?? {}) as JsonSchema;
    // A recursive schema ends with an empty list.
    const isWithin = place.within.some((name) => item.$ref === `#/components/schemas/${name}`);
    return isWithin ? [] : [exampleOf(item, schemas, place)];
  }
  if (properties !== undefined) return exampleObject(schema, schemas, place);
  if (schema.const !== undefined) return schema.const;
  const value = valueAt(place);
  if (value !== undefined) return value;
  const choices: readonly JsonSchema[] = Array.isArray(anyOf) ? anyOf : [];
  const isNullable = [schema, ...choices].some((one) => [one.type].flat().includes('null'));
  if (isNullable) return null;
  if (choices[0] !== undefined) return exampleOf(choices[0], schemas, place);
  if (Array.isArray(schema.enum)) return schema.enum[0];
  return type === 'object' ? {} : type === 'integer' || type === 'number' ? 0 : '';
}

function exampleObject(
  { properties, required }: JsonSchema,
  schemas: Readonly<Record<string, JsonSchema>>,
  { within }: Place,
): unknown {
  const needed = new Set(Array.isArray(required) ? required : []);
  const fields = Object.entries(properties as Readonly<Record<string, JsonSchema>>)
    .map(([name, schema]) => ({ schema, place: { within, name } }))
    .filter(({ place }) => needed.has(place.name) || valueAt(place) !== undefined);
  return Object.fromEntries(
    fields.map(({ schema, place }) => [place.name, exampleOf(schema, schemas, place)]),
  );
}

function valueAt({ within, name }: Place): unknown {
  const own = `${within.at(-1) ?? ''}.${name}`;
  return own in exampleValues ? exampleValues[own] : exampleValues[name];
}
