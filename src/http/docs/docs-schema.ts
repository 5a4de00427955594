import type { JsonSchema } from '../openapi/openapi-document.js';
import { escapeHtml, inline, prose } from './docs-text.js';

const objectOf = (value: unknown) => (value ?? {}) as Readonly<Record<string, JsonSchema>>;
const listOf = (value: unknown) => (Array.isArray(value) ? (value as readonly JsonSchema[]) : []);

/** The type of a value, in a few words. */
export function typeHtml(schema: JsonSchema): string {
  const { $ref, items, type, format } = schema;
  if (typeof $ref === 'string') {
    const name = escapeHtml($ref.split('/').at(-1) ?? '');
    return `<a href="#schema-${name}">${name}</a>`;
  }
  const choices = [...listOf(schema.anyOf), ...listOf(schema.oneOf), ...listOf(schema.allOf)];
  if (choices.length > 0) return [...new Set(choices.map(typeHtml))].join(' or ');
  if (Array.isArray(schema.enum)) {
    return schema.enum.map((one) => `<code>${escapeHtml(String(one))}</code>`).join(' ');
  }
  if (schema.const !== undefined) return `<code>${escapeHtml(String(schema.const))}</code>`;
  if (type === 'array') return `array of ${typeHtml(objectOf({ items }).items ?? {})}`;
  if (type === 'object' && schema.properties === undefined && schema.additionalProperties) {
    return `object of ${typeHtml(objectOf(schema).additionalProperties ?? {})}`;
  }
  if (type === undefined) return 'any';
  return escapeHtml(`${String(type)}${typeof format === 'string' ? `, ${format}` : ''}`);
}

/** A name, its type and its meaning. */
export interface Field {
  readonly name: string;
  /** A word beside the name, such as `required`. */
  readonly note?: string | undefined;
  readonly type: string;
  readonly meaning: string;
}

/** A list of fields; an empty string for none. */
export function fieldsHtml(title: string, fields: readonly Field[]): string {
  if (fields.length === 0) return '';
  const head = title === '' ? '' : `<h4>${escapeHtml(title)}</h4>`;
  const items = fields.map(
    ({ name, note, type, meaning }) =>
      `<dt><code>${escapeHtml(name)}</code> <span>${type}</span>${
        note === undefined ? '' : ` <em>${escapeHtml(note)}</em>`
      }</dt><dd>${inline(meaning)}</dd>`,
  );
  return `${head}<dl>${items.join('')}</dl>`;
}

/** A schema of the document, collapsed at first. */
export function schemaHtml(name: string, schema: JsonSchema): string {
  const { properties, required, description } = schema;
  const about = typeof description === 'string' ? prose(description) : '';
  const needed = new Set(Array.isArray(required) ? required : []);
  const fields = Object.entries(objectOf(properties)).map(([field, value]) => ({
    name: field,
    note: needed.has(field) ? undefined : 'optional',
    type: typeHtml(value),
    meaning: String(value.description ?? ''),
  }));
  const body = properties === undefined ? `<p>${typeHtml(schema)}</p>` : fieldsHtml('', fields);
  const count = properties === undefined ? '' : ` <small>${fields.length} fields</small>`;
  return `<article class="schema" id="schema-${name}"><h3>${escapeHtml(name)}</h3>${about}
<details><summary>Show what it holds${count}</summary>${body}</details></article>`;
}
