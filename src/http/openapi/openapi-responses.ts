import { problemSchema } from '../route/response-schema.js';
import { hasEtag, type ResponseDoc, type Route } from '../route/route.js';
import type { WriteSchema } from './openapi-schema.js';

const problems: Readonly<Record<number, string>> = {
  400: 'The request is invalid; `faults` says where',
  401: 'The key is missing or not valid',
  403: 'The key does not have the required scope',
  404: 'The project has nothing with this id or name',
  408: 'The body arrived too slowly',
  409: 'Several sessions have a run with this id; or an `Idempotency-Key` was used for another body',
  410: 'The id is too old, or from another database: start again without it',
  413: 'The body is too large',
  415: 'The type or coding of the body is not supported',
  422: 'The request cannot be processed',
  429: 'The key exceeds its rate limit; `Retry-After` says when to retry',
  503: 'The database or the queue is unavailable; `Retry-After` says when to retry',
};

const currency = {
  'Runfold-Last-Folded-At': {
    description: "When the project's last event was folded; absent if there is none",
    schema: { type: 'string', format: 'date-time' },
  },
  'Runfold-Lag-Seconds': {
    description:
      'How long the oldest event on the queue has waited; absent if the queue is unavailable',
    schema: { type: 'number' },
  },
};

const etag = {
  ETag: {
    description: 'Identifies this version of the response; for `If-None-Match`',
    schema: { type: 'string' },
  },
};
/** The description of 304. */
export const notModified = {
  description: 'The response has not changed since the one of `If-None-Match`',
  headers: etag,
};

/** A success with its headers. */
export function responseOf(doc: ResponseDoc, route: Route, write: WriteSchema) {
  const { description: about, type, schema, example, has_csv } = doc;
  const content = {
    [type ?? 'application/json']: {
      schema: schema === undefined ? { type: 'string' } : write(schema, 'output'),
      ...(example === undefined ? {} : { example }),
    },
    ...(has_csv === true ? { 'text/csv': { schema: { type: 'string' } } } : {}),
  };
  const headers = {
    ...(route.scope === undefined ? {} : currency),
    ...(hasEtag(route) ? etag : {}),
  };
  return {
    description: about,
    ...(Object.keys(headers).length === 0 ? {} : { headers }),
    content,
  };
}

const problemHeaders: Readonly<Record<number, Readonly<Record<string, object>>>> = {
  401: {
    'WWW-Authenticate': { description: '`Bearer`', schema: { type: 'string' } },
  },
  ...Object.fromEntries(
    [429, 503].map((status) => [
      status,
      {
        'Retry-After': {
          description: 'Seconds after which to retry',
          schema: { type: 'integer' },
        },
      },
    ]),
  ),
};

/** The problem response of a status. */
export function problemResponse(status: number, write: WriteSchema) {
  const headers = problemHeaders[status];
  return {
    description: problems[status] ?? 'A problem',
    ...(headers === undefined ? {} : { headers }),
    content: { 'application/problem+json': { schema: write(problemSchema, 'output') } },
  };
}
