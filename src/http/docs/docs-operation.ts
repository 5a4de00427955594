import type { OpenApiDocument, Operation } from '../openapi/openapi-document.js';
import { type Field, fieldsHtml, typeHtml } from './docs-schema.js';
import { escapeHtml, inline, jsonHtml, prose } from './docs-text.js';

/** One operation of the API. */
export interface PlacedOperation {
  readonly path: string;
  readonly method: string;
  readonly operation: Operation;
}

/** All operations, in the order of the document. */
export function operationsOf({ paths }: OpenApiDocument): PlacedOperation[] {
  return Object.entries(paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => ({ path, method, operation })),
  );
}

/** A method as a small coloured label. */
export const methodHtml = (method: string) =>
  `<span class="method ${method}">${method.toUpperCase()}</span>`;

/** An operation: parameters and responses on the left, an example of both on the right. */
export function operationHtml(placed: PlacedOperation): string {
  const { path, method, operation } = placed;
  const { operationId: id, summary, description = '', parameters = [] } = operation;
  const shownPath = escapeHtml(path).replace(/\{(\w+)\}/g, '<var>{$1}</var>');
  const of = (place: string): Field[] =>
    parameters
      .filter((parameter) => parameter.in === place)
      .map((parameter) => ({
        name: parameter.name,
        note: parameter.required ? 'required' : undefined,
        type: typeHtml(parameter.schema),
        meaning: parameter.description ?? '',
      }));
  const bodies = Object.entries(operation.requestBody?.content ?? {}).map(([type, { schema }]) => ({
    name: type,
    type: typeHtml(schema),
    meaning: String(schema.description ?? ''),
  }));
  return `<article class="operation" id="${id}"><div class="told"><h3>${escapeHtml(summary)}</h3>
<p class="path">${methodHtml(method)}<code>${shownPath}</code></p>${prose(description)}
${fieldsHtml('Path parameters', of('path'))}${fieldsHtml('Query parameters', of('query'))}${fieldsHtml('Headers', of('header'))}
${fieldsHtml('Body', bodies)}${responsesHtml(operation)}</div>
<div class="shown">${requestHtml(placed)}${examplesHtml(operation)}</div></article>`;
}

function responsesHtml({ responses }: Operation): string {
  const all = Object.entries(responses);
  const sign = (status: string) => `<code class="s${status[0]}">${status}</code>`;
  const items = all
    .filter(([status]) => Number(status) < 400)
    .map(([status, response]) => {
      const [type = ''] = Object.values(response.content ?? {}).map(({ schema }) =>
        typeHtml(schema),
      );
      const shown = type === '' ? '' : ` <span>${type}</span>`;
      return `<li>${sign(status)}<div>${inline(response.description)}${shown}</div></li>`;
    });
  const problems = all
    .filter(([status]) => Number(status) >= 400)
    .map(
      ([status, { description }]) =>
        `<a href="#problems" title="${escapeHtml(description)}">${sign(status)}</a>`,
    );
  return `<h4>Responses</h4><ul class="responses">${items.join('')}</ul>
<h4>Problems</h4><p class="problems">${problems.join(' ')}</p>`;
}

/** The request as a shell command, with the example values of its parameters. */
function requestHtml({ path, method, operation }: PlacedOperation): string {
  const { parameters = [], requestBody, security } = operation;
  const exampleFor = (name: string) => {
    const { example } = parameters.find((parameter) => parameter.name === name) ?? {};
    return encodeURIComponent(String(example ?? name))
      .replaceAll('%3A', ':')
      .replaceAll('%2C', ',');
  };
  const place = path.replace(/\{(\w+)\}/g, (_, name: string) => exampleFor(name));
  const query = parameters
    .filter((parameter) => parameter.in === 'query' && parameter.example !== undefined)
    .map(({ name }) => `${name}=${exampleFor(name)}`);
  const url = `$RUNFOLD_URL${place}${query.length === 0 ? '' : `?${query.join('&')}`}`;
  const [type, content] = Object.entries(requestBody?.content ?? {})[0] ?? [];
  const verb = method === 'delete' ? ' -X DELETE' : '';
  const stream = operation.responses['200']?.content?.['text/event-stream'] ? ' -N' : '';
  const lines = [
    `curl${verb}${stream} ${escapeHtml(`"${url}"`)}`,
    ...(security.length > 0 ? ['-H "Authorization: Bearer $RUNFOLD_KEY"'] : []),
    ...(type === undefined ? [] : [`-H "Content-Type: ${type}"`]),
    ...(content?.example === undefined ? [] : [`-d '${jsonHtml(content.example)}'`]),
  ];
  return `<figure><figcaption>Request</figcaption><pre>${lines.join(' \\\n  ')}</pre></figure>`;
}

/** The successful responses that have an example. */
function examplesHtml({ responses }: Operation): string {
  const figures = Object.entries(responses).map(([status, { content = {} }]) => {
    const [type = '', { example = undefined } = {}] = Object.entries(content)[0] ?? [];
    if (example === undefined) return '';
    const text = type === 'application/json' ? jsonHtml(example) : escapeHtml(String(example));
    return `<figure><figcaption>Response <code>${status}</code></figcaption><pre>${text}</pre></figure>`;
  });
  return figures.join('');
}
