/** JSON Schema, as the reference of the HTTP service has it. */
type Schema = Readonly<Record<string, unknown>>;

/**
 * A JSON Schema on one line, as TypeScript would write its type, without descriptions and examples. A
 * schema with a name is its name.
 */
export function describeSchema(schema: unknown): string {
  if (typeof schema !== 'object' || schema === null) return String(schema);
  const { $ref, const: constant, enum: values, anyOf, oneOf, allOf, type } = schema as Schema;
  if (typeof $ref === 'string') return $ref.split('/').at(-1) ?? $ref;
  if (constant !== undefined) return JSON.stringify(constant);
  if (Array.isArray(values)) return values.map((value) => JSON.stringify(value)).join(' | ');
  const choices = anyOf ?? oneOf;
  if (Array.isArray(choices)) return choices.map(describeSchema).join(' | ');
  if (Array.isArray(allOf)) return allOf.map(describeSchema).join(' & ');
  if (Array.isArray(type))
    return type.map((one) => describeOf(String(one), schema as Schema)).join(' | ');
  return type === undefined ? 'unknown' : describeOf(String(type), schema as Schema);
}

function describeOf(type: string, schema: Schema): string {
  if (type === 'array') {
    const item = describeSchema(schema.items);
    return item.includes(' | ') ? `(${item})[]` : `${item}[]`;
  }
  if (type !== 'object') return [type, ...limitsOf(schema)].join(' ');
  const required = new Set((schema.required as readonly string[] | undefined) ?? []);
  const fields = Object.entries((schema.properties as Schema | undefined) ?? {}).map(
    ([name, one]) => `${name}${required.has(name) ? '' : '?'}: ${describeSchema(one)}`,
  );
  const { additionalProperties: more } = schema;
  if (typeof more === 'object' && more !== null) fields.push(`[name]: ${describeSchema(more)}`);
  else if (more !== false) fields.push('…');
  return fields.length === 0 ? '{}' : `{ ${fields.join(', ')} }`;
}

const limits = ['format', 'pattern', 'minimum', 'maximum', 'minLength', 'maxLength', 'default'];

function limitsOf(schema: Schema): string[] {
  // Those of every integer of JavaScript say nothing.
  return limits
    .filter((name) => schema[name] !== undefined)
    .filter((name) => Math.abs(Number(schema[name])) !== Number.MAX_SAFE_INTEGER)
    .map((name) => `${name}=${String(schema[name])}`);
}
