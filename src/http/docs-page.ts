import { style } from './docs-style.js';
import type { JsonSchema, OpenApiDocument, Operation } from './openapi-document.js';

const entities: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
};
const escapeHtml = (text: string) => text.replace(/[&<>"]/g, (one) => entities[one] ?? one);

/** A text of the document: `code` between backquotes, and paragraphs. */
function prose(text: string): string {
  return text
    .split(/\n\n+/)
    .map((part) => `<p>${inline(part)}</p>`)
    .join('');
}

const inline = (text: string) => escapeHtml(text).replace(/`([^`]+)`/g, '<code>$1</code>');

/**
 * The API reference as one page that loads nothing: made of the OpenAPI document, so that it says
 * what the service checks.
 */
export function docsPage(document: OpenApiDocument): string {
  const { info, tags, paths, components } = document;
  const operations = Object.entries(paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => ({ path, method, operation })),
  );
  const sections = tags.map(({ name, description }) => {
    const own = operations.filter(({ operation }) => operation.tags.includes(name));
    return `<section id="${name}"><h2>${escapeHtml(name)}</h2>${prose(description)}${own
      .map(({ path, method, operation }) => operationHtml(path, method, operation))
      .join('')}</section>`;
  });
  const menu = tags.map(({ name }) => {
    const own = operations.filter(({ operation }) => operation.tags.includes(name));
    const links = own.map(
      ({ operation }) =>
        `<li><a href="#${operation.operationId}">${escapeHtml(operation.summary)}</a></li>`,
    );
    return `<li><a href="#${name}">${escapeHtml(name)}</a><ul>${links.join('')}</ul></li>`;
  });
  const schemas = Object.entries(components.schemas).map(
    ([name, schema]) =>
      `<article id="schema-${name}"><h3>${escapeHtml(name)}</h3>${schemaHtml(schema)}</article>`,
  );
  return `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>${escapeHtml(info.title)} API</title><style>${style}</style></head>
<body><nav><strong>${escapeHtml(info.title)} <small>${escapeHtml(info.version)}</small></strong>
<ul>${menu.join('')}<li><a href="#schemas">schemas</a></li></ul>
<p><a href="/openapi.json">openapi.json</a></p></nav>
<main><h1>${escapeHtml(info.title)} API</h1>${prose(info.description)}
${sections.join('\n')}
<section id="schemas"><h2>schemas</h2>${schemas.join('\n')}</section></main></body></html>
`;
}

function operationHtml(path: string, method: string, operation: Operation): string {
  const { operationId: id, summary, description = '', parameters = [], requestBody } = operation;
  const shownPath = escapeHtml(path).replace(/\{(\w+)\}/g, '<var>{$1}</var>');
  const rows = parameters.map((parameter) => [
    `<code>${escapeHtml(parameter.name)}</code>${parameter.required ? ' <em>needed</em>' : ''}`,
    parameter.in,
    typeHtml(parameter.schema),
    inline(parameter.description ?? ''),
  ]);
  const bodies = Object.entries(requestBody?.content ?? {}).map(([type, { schema }]) => [
    `<code>${escapeHtml(type)}</code>`,
    typeHtml(schema),
    inline(String(schema.description ?? '')),
  ]);
  const answers = Object.entries(operation.responses).map(([status, answer]) => [
    `<code>${escapeHtml(status)}</code>`,
    Object.entries(answer.content ?? {})
      .map(([, { schema }]) => typeHtml(schema))
      .join(', '),
    inline(answer.description),
  ]);
  return `<article id="${id}"><h3><span class="${method}">${method.toUpperCase()}</span> ${shownPath}</h3>
<p class="summary">${inline(summary)}.</p>${prose(description)}
${table(['parameter', 'in', 'type', 'meaning'], rows)}${table(['body', 'type', 'meaning'], bodies)}
${table(['answer', 'type', 'meaning'], answers)}</article>`;
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  if (rows.length === 0) return '';
  const row = (cells: readonly string[], tag: 'td' | 'th') =>
    `<tr>${cells.map((cell) => `<${tag}>${cell}</${tag}>`).join('')}</tr>`;
  return `<table>${row(head, 'th')}${rows.map((cells) => row(cells, 'td')).join('')}</table>`;
}

const objectOf = (value: unknown) => (value ?? {}) as Readonly<Record<string, JsonSchema>>;
const listOf = (value: unknown) => (Array.isArray(value) ? (value as readonly JsonSchema[]) : []);

/** What a value is, in a few words. */
function typeHtml(schema: JsonSchema): string {
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

function schemaHtml(schema: JsonSchema): string {
  const { properties, required, description } = schema;
  const about = typeof description === 'string' ? prose(description) : '';
  if (properties === undefined) return `${about}<p>${typeHtml(schema)}</p>`;
  const needed = new Set(Array.isArray(required) ? required : []);
  const rows = Object.entries(objectOf(properties)).map(([name, value]) => [
    `<code>${escapeHtml(name)}</code>${needed.has(name) ? '' : ' <em>optional</em>'}`,
    typeHtml(value),
    inline(String(value.description ?? '')),
  ]);
  return about + table(['field', 'type', 'meaning'], rows);
}
