import { z } from 'zod';
import { problemSchema } from './answer-schema.js';
import type { JsonSchema, OpenApiDocument, Operation, Parameter } from './openapi-document.js';
import type { AnswerDoc, Route } from './route.js';

const tags: Readonly<Record<string, string>> = {
  events: 'Sending events, and following what is folded',
  runs: 'Totals of runs',
  sessions: 'Totals of sessions',
  log: 'What happened in a session or run, step by step',
  usage: 'Usage over time',
  keys: 'Keys of a project',
  operations: 'Running the service',
};

const description = `Events of AI agents in, exact totals out.

Every \`/v1\` operation takes \`Authorization: Bearer rf_…\` once a key exists, and acts on that key's project alone. Answers of \`/v1\` say how current they are: \`Runfold-Last-Folded-At\` is when the project's last event was folded, \`Runfold-Lag-Seconds\` how long the oldest event on the queue has waited. Problems are RFC 9457 bodies with a stable \`code\`. Times are RFC 3339 in UTC, durations seconds, costs US dollars; null means not reported.`;

const problems: Readonly<Record<number, string>> = {
  400: 'The request is not what it should be; `faults` says where',
  401: 'There is no good key',
  403: 'The key does not allow this',
  404: 'There is nothing of that name in the project',
  408: 'The body came too slowly',
  409: 'Several sessions have a run of this id; `session_id` is needed',
  410: 'The id is too old, or of another database: begin anew',
  413: 'The body is too large',
  415: 'The body is of a type or coding that is not read',
  422: 'What was asked for cannot be done',
  429: 'The key has asked for too much; `Retry-After` says when to come again',
  503: 'The database or the queue is away; `Retry-After` says when to come again',
};

/** Makes the document of routes. Schemas with an id are written once, under it. */
export function openApiOf(routes: readonly Route[], version: string): OpenApiDocument {
  const paths: Record<string, Record<string, Operation>> = {};
  const schemas: Record<string, JsonSchema> = {};
  const write = (schema: z.ZodType, io: 'input' | 'output') => toSchema(schema, io, schemas);
  for (const route of routes) {
    const ofPath = paths[route.path] ?? {};
    ofPath[route.method.toLowerCase()] = operationOf(route, write);
    paths[route.path] = ofPath;
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

type Write = (schema: z.ZodType, io: 'input' | 'output') => JsonSchema;

function operationOf(route: Route, write: Write): Operation {
  const { scope, body, summary, id, tag, answers } = route;
  const parameters = [
    ...parametersOf(route.params, 'path', write),
    ...parametersOf(route.query, 'query', write),
  ];
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
              Object.entries(body).map(([type, schema]) => [
                type,
                { schema: write(schema, 'input') },
              ]),
            ),
          },
        }),
    responses: Object.fromEntries([
      ...Object.entries(answers).map(([status, doc]) => [status, answerOf(doc, scope, write)]),
      ...[...new Set(statuses)].sort().map((status) => [status, problemAnswer(status, write)]),
    ]),
    security: scope === undefined ? [] : [{ key: [] }],
  };
}

const currency = {
  'Runfold-Last-Folded-At': {
    description: "When the project's last event was folded; absent when none ever was",
    schema: { type: 'string', format: 'date-time' },
  },
  'Runfold-Lag-Seconds': {
    description: 'How long the oldest event on the queue has waited; absent when the queue is away',
    schema: { type: 'number' },
  },
};

function answerOf({ description: about, type, schema }: AnswerDoc, scope: unknown, write: Write) {
  const content = {
    [type ?? 'application/json']: {
      schema: schema === undefined ? { type: 'string' } : write(schema, 'output'),
    },
  };
  return { description: about, ...(scope === undefined ? {} : { headers: currency }), content };
}

function problemAnswer(status: number, write: Write) {
  return {
    description: problems[status] ?? 'A problem',
    content: { 'application/problem+json': { schema: write(problemSchema, 'output') } },
  };
}

function parametersOf(schema: z.ZodObject, place: 'path' | 'query', write: Write): Parameter[] {
  return Object.entries(schema.shape).map(([name, value]) => {
    const { description: about, ...of } = write(value as z.ZodType, 'input');
    return {
      name,
      in: place,
      required: place === 'path' || !(value as z.ZodType).safeParse(undefined).success,
      ...(typeof about === 'string' ? { description: about } : {}),
      schema: of,
    };
  });
}

/** A schema as JSON Schema; those with an id are put among `schemas` and referred to. */
function toSchema(
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
