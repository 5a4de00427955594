import type { z } from 'zod';
import { hasEtag, type Route } from '../route/route.js';
import type { JsonSchema, OpenApiDocument, Operation } from './openapi-document.js';
import { exampleOf } from './openapi-example.js';
import { parametersOf } from './openapi-parameters.js';
import { notModified, problemResponse, responseOf } from './openapi-responses.js';
import { toSchema, type WriteSchema } from './openapi-schema.js';

const tags: Readonly<Record<string, string>> = {
  events: 'Sending events, and following folded events',
  runs: 'Totals of runs',
  sessions: 'Totals of sessions',
  log: 'The steps of a session or run',
  usage: 'Usage over time',
  otlp: 'OpenTelemetry: spans and log records of agents',
  budgets: 'Limits on usage: checks, holds, and what is left',
  alerts: 'Rules, channels, and what was delivered',
  corrections: 'Corrections of events that are in the log',
  prices: 'Your own prices of models',
  audits: 'Checks that the totals equal the log',
  rejects: 'Events that could not be stored: list, retry or drop them',
  keys: 'Keys of a project, and signed-in browsers',
  projects: 'Projects of the store',
  operations: 'Running the service',
};

const description = `Events of AI agents in, exact totals out. Send what your agents did, and read what each run, session, model and tool cost, how long it took and how often it failed.

Once a key exists, every \`/v1\` operation needs \`Authorization: Bearer rf_…\`, and acts only on that key's project. \`runfold keys create\` creates the first key.

Responses of \`/v1\` say how current they are: \`Runfold-Last-Folded-At\` is when the project's last event was folded, \`Runfold-Lag-Seconds\` is how long the oldest event on the queue has waited. With \`wait=true\` the response comes once the events are in the totals.

Lists return \`items\` and, if there are more, a \`next_cursor\`: pass it as \`cursor\` to get the next page. Times are RFC 3339 in UTC, durations are in seconds, costs in US dollars; null means not reported. Every response has an \`X-Request-Id\`: that of the request, or a new one.`;

/** Makes the document of the routes. Schemas with an id are written once, under that id. */
export function openApiOf(routes: readonly Route[], version: string): OpenApiDocument {
  const paths: Record<string, Record<string, Operation>> = {};
  const schemas: Record<string, JsonSchema> = {};
  const write: WriteSchema = (schema, io) => toSchema(schema, io, schemas);
  for (const route of routes) {
    const ofPath = paths[route.path] ?? {};
    ofPath[route.method.toLowerCase()] = operationOf(route, write);
    paths[route.path] = ofPath;
  }
  for (const ofPath of Object.values(paths)) {
    for (const [method, operation] of Object.entries(ofPath)) {
      ofPath[method] = withExamples(operation, schemas);
    }
  }
  const used = new Set(routes.map(({ tag }) => tag));
  return {
    openapi: '3.1.0',
    info: {
      title: 'Runfold',
      version,
      description,
      license: { name: 'Apache-2.0', identifier: 'Apache-2.0' },
    } as OpenApiDocument['info'],
    servers: [{ url: '/' }],
    tags: Object.entries(tags)
      .filter(([name]) => used.has(name))
      .map(([name, about]) => ({ name, description: about })),
    paths,
    components: {
      schemas: Object.fromEntries(Object.entries(schemas).sort(([a], [b]) => (a < b ? -1 : 1))),
      securitySchemes: { key: { type: 'http', scheme: 'bearer', description: 'A key, `rf_…`' } },
    },
  } as OpenApiDocument;
}

function operationOf(route: Route, write: WriteSchema): Operation {
  const { scope, body, summary, id, tag, responses } = route;
  const parameters = parametersOf(route, write);
  const statuses = [
    400,
    ...(scope === undefined ? [] : [401, 403, 429, 503]),
    ...(route.problems ?? []),
  ];
  const needs = scope === undefined ? '' : `Needs the scope \`${scope}\`.`;
  const about = [route.description, needs].filter(Boolean).join('\n\n');
  return {
    operationId: id,
    summary,
    ...(about === '' ? {} : { description: about }),
    tags: [tag],
    ...(parameters.length === 0 ? {} : { parameters }),
    ...(body === undefined
      ? {}
      : {
          requestBody: {
            required: true,
            content: Object.fromEntries(
              Object.entries(body).map(([type, schema]) => [type, bodyOf(schema, write)]),
            ),
          },
        }),
    responses: Object.fromEntries([
      ...Object.entries(responses).map(([status, doc]) => [status, responseOf(doc, route, write)]),
      ...(hasEtag(route) ? [['304', notModified]] : []),
      ...[...new Set(statuses)].sort().map((status) => [status, problemResponse(status, write)]),
    ]),
    security: scope === undefined ? [] : [{ key: [] }],
  };
}

function bodyOf(schema: z.ZodType, write: WriteSchema) {
  const { examples: _shown, ...written } = write(schema, 'input');
  const [example] = (schema.meta()?.examples ?? []) as readonly unknown[];
  return { schema: written, ...(example === undefined ? {} : { example }) };
}

/** Adds an example, made from its schema, to each success in JSON that has none. */
function withExamples(operation: Operation, schemas: Readonly<Record<string, JsonSchema>>) {
  const responses = Object.entries(operation.responses).map(([status, response]) => {
    const { 'application/json': json } = response.content ?? {};
    if (json === undefined || 'example' in json || json.schema.type === 'string') {
      return [status, response];
    }
    const example = exampleOf(json.schema, schemas);
    return [
      status,
      { ...response, content: { ...response.content, 'application/json': { ...json, example } } },
    ];
  });
  return { ...operation, responses: Object.fromEntries(responses) };
}
