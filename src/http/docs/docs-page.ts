import type { OpenApiDocument } from '../openapi/openapi-document.js';
import { problemCodes } from '../problems/problem-codes.js';
import { methodHtml, operationHtml, operationsOf } from './docs-operation.js';
import { schemaHtml } from './docs-schema.js';
import { style } from './docs-style.js';
import { escapeHtml, inline, prose } from './docs-text.js';

/**
 * The API reference as one page that loads nothing. It is made from the OpenAPI document, so it describes
 * exactly what the service checks.
 */
export function docsPage(document: OpenApiDocument): string {
  const { info, tags, components } = document;
  const operations = operationsOf(document);
  const groups = tags.map((tag) => ({
    ...tag,
    operations: operations.filter(({ operation }) => operation.tags.includes(tag.name)),
  }));
  const menu = groups.map(({ name, operations: own }) => {
    const links = own.map(
      ({ method, operation: { operationId: id, summary } }) =>
        `<li><a href="#${id}"><span>${escapeHtml(summary)}</span>${methodHtml(method)}</a></li>`,
    );
    return `<li><a class="group" href="#${name}">${escapeHtml(name)}</a><ul>${links.join('')}</ul></li>`;
  });
  const sections = groups.map(
    ({ name, description, operations: own }) =>
      `<section id="${name}"><h2>${escapeHtml(name)}</h2><div class="lead">${prose(description)}</div>
${own.map(operationHtml).join('\n')}</section>`,
  );
  const schemas = Object.entries(components.schemas).map(([name, schema]) =>
    schemaHtml(name, schema),
  );
  const title = `${escapeHtml(info.title)} API`;
  return `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<title>${title}</title><style>${style}</style></head>
<body><nav aria-label="Reference"><header><a class="brand" href="#top">${title} <small>${escapeHtml(info.version)}</small></a>
<input type="checkbox" id="menu" aria-label="Show the menu"><label for="menu" aria-hidden="true">Menu</label>
<div class="menu"><ul><li><a class="group" href="#top">overview</a></li>${menu.join('')}
<li><a class="group" href="#problems">problems</a></li><li><a class="group" href="#schemas">schemas</a></li></ul>
<p><a href="/openapi.json">OpenAPI 3.1 document</a></p></div></header></nav>
<main id="top"><div class="begin"><div class="told"><h1>${title}</h1><div class="lead">${prose(info.description)}</div></div>
<div class="shown"><figure><figcaption>Begin</figcaption><pre>${escapeHtml(beginning)}</pre></figure></div></div>
${sections.join('\n')}
<section id="problems"><h2>problems</h2><div class="lead">${prose(aboutProblems)}</div>${problemsHtml()}</section>
<section id="schemas"><h2>schemas</h2><div class="lead">${prose(aboutSchemas)}</div>${schemas.join('\n')}</section></main></body></html>
`;
}

const beginning = `export RUNFOLD_URL=http://127.0.0.1:8580
# Once there is a key, every request needs one.
export RUNFOLD_KEY=$(runfold keys create \\
  --scope ingest --scope read)

# Send what an agent did, and wait until the totals include it.
curl "$RUNFOLD_URL/v1/events?wait=true" \\
  -H "Authorization: Bearer $RUNFOLD_KEY" \\
  -H "Content-Type: application/x-ndjson" \\
  --data-binary @events.ndjson

# Read the totals.
curl "$RUNFOLD_URL/v1/runs?limit=10" \\
  -H "Authorization: Bearer $RUNFOLD_KEY"`;

const aboutProblems =
  'An error response is `application/problem+json` (RFC 9457): `type` links to its line here, `code` is for programs, `detail` is for people, and `request_id` finds it in the log.';
const aboutSchemas = 'The fields of the bodies.';

function problemsHtml(): string {
  const rows = Object.entries(problemCodes).map(
    ([code, { status, meaning }]) =>
      `<tr id="${code}"><td><code class="s${String(status)[0]}">${status}</code></td><td><code>${code}</code></td><td>${inline(meaning)}</td></tr>`,
  );
  return `<table><thead><tr><th>Status</th><th>Code</th><th>Meaning</th></tr></thead><tbody>${rows.join('')}</tbody></table>`;
}
