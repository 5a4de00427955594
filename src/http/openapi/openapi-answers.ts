import { problemSchema } from '../route/answer-schema.js';
import { type AnswerDoc, hasEtag, type Route } from '../route/route.js';
import type { WriteSchema } from './openapi-schema.js';

const problems: Readonly<Record<number, string>> = {
  400: 'The request is not what it should be; `faults` says where',
  401: 'There is no good key',
  403: 'The key does not allow this',
  404: 'There is nothing of that name in the project',
  408: 'The body came too slowly',
  409: 'Several sessions have a run of this id; or an `Idempotency-Key` was used for another body',
  410: 'The id is too old, or of another database: begin anew',
  413: 'The body is too large',
  415: 'The body is of a type or coding that is not read',
  422: 'What was asked for cannot be done',
  429: 'The key has asked for too much; `Retry-After` says when to come again',
  503: 'The database or the queue is away; `Retry-After` says when to come again',
};

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

const etag = {
  ETag: { description: 'Names this very answer; for `If-None-Match`', schema: { type: 'string' } },
};
/** What 304 says. */
export const notModified = {
  description: 'The answer is still the one of `If-None-Match`',
  headers: etag,
};

/** A success, with the heads that go with it. */
export function answerOf(doc: AnswerDoc, route: Route, write: WriteSchema) {
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
          description: 'Seconds after which to come again',
          schema: { type: 'integer' },
        },
      },
    ]),
  ),
};

/** A problem of a status. */
export function problemAnswer(status: number, write: WriteSchema) {
  const headers = problemHeaders[status];
  return {
    description: problems[status] ?? 'A problem',
    ...(headers === undefined ? {} : { headers }),
    content: { 'application/problem+json': { schema: write(problemSchema, 'output') } },
  };
}
