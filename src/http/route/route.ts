import type { FastifyReply, FastifyRequest } from 'fastify';
import { z } from 'zod';
import { schemaFaults } from '../../events/check/schema-faults.js';
import { describeValue, type EventFault } from '../../events/fault.js';
import { isStorableText } from '../../events/limits.js';
import type { KeyScope } from '../../store/api-keys.js';
import { invalidRequest } from '../problems/problem.js';
import type { Caller } from '../service/caller.js';
import type { Service } from '../service/service.js';

/** What a route is given. */
export interface Call<Params, Query> extends Caller {
  readonly service: Service;
  readonly params: Params;
  readonly query: Query;
  readonly request: FastifyRequest;
  readonly reply: FastifyReply;
}

/** What a route answers; `undefined` when it has written to the socket itself. */
export interface Answer {
  /** Defaults to 200. */
  readonly status?: number;
  /** Sent as JSON; a text, bytes or a stream as they are. */
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
}

/** An answer as the API reference shows it. */
export interface AnswerDoc {
  readonly description: string;
  readonly type?: string;
  readonly schema?: z.ZodType;
  /** Whether it may be asked for as CSV too. */
  readonly has_csv?: boolean;
  /** Defaults to one made of the schema. */
  readonly example?: unknown;
}

/** One operation of the API: its checks, its reference and what it does. */
export interface Route {
  readonly method: 'GET' | 'POST' | 'DELETE';
  /** As OpenAPI writes it: `/v1/runs/{run_id}`. */
  readonly path: string;
  /** The name of the operation, for generated clients. */
  readonly id: string;
  readonly tag: string;
  readonly summary: string;
  readonly description?: string;
  /** What a key must allow; undefined is open to all. */
  readonly scope?: KeyScope;
  readonly params: z.ZodObject;
  readonly query: z.ZodObject;
  /** Heads of the request that it reads: name → meaning. */
  readonly headers?: Readonly<Record<string, string>>;
  /** Whether its answer is of this very moment: then it has no `ETag`, and nobody keeps it. */
  readonly is_momentary?: boolean;
  /** Whether its answer has no end of its own; then there is no HEAD of it. */
  readonly is_stream?: boolean;
  /** Query parameters of the example in the reference. */
  readonly example?: Readonly<Record<string, string | number>>;
  /** The bodies it takes: media type → schema, whose `examples` the reference shows. */
  readonly body?: Readonly<Record<string, z.ZodType>>;
  /** The answers that are successes; problems follow from the rest. */
  readonly answers: Readonly<Record<number, AnswerDoc>>;
  /** Statuses of the problems it may answer besides those of every route. */
  readonly problems?: readonly number[];
  handle(call: Call<unknown, unknown>): Promise<Answer | undefined>;
}

/** The methods that a route is asked by. */
export const methodsOf = ({ method, is_stream }: Route): readonly string[] =>
  method === 'GET' && is_stream !== true ? ['GET', 'HEAD'] : [method];

/** Whether its answers have an `ETag`, by which they need not be sent again. */
export const hasEtag = ({ method, is_stream, is_momentary }: Route): boolean =>
  method === 'GET' && is_stream !== true && is_momentary !== true;

const none = z.strictObject({});

/** Declares a route; what its schemas accept is what `handle` is given. */
export function route<P extends z.ZodObject = typeof none, Q extends z.ZodObject = typeof none>(
  options: Omit<Route, 'params' | 'query' | 'handle'> & {
    readonly params?: P;
    readonly query?: Q;
    handle(call: Call<z.infer<P>, z.infer<Q>>): Promise<Answer | undefined>;
  },
): Route {
  const { params = none, query = none, handle } = options;
  return {
    ...options,
    params,
    query,
    handle: (call) => handle(call as Call<z.infer<P>, z.infer<Q>>),
  };
}

/** The value that a schema makes of what came. @throws ProblemError 400 with every fault. */
export function checked(schema: z.ZodType, value: unknown): unknown {
  const unstorable = unstorableTexts(value, []);
  if (unstorable.length > 0) throw invalidRequest(unstorable);
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  const { issues } = result.error;
  throw invalidRequest([...schemaFaults(issues, value, () => 'no such parameter')]);
}

/** Texts that Postgres cannot even compare, wherever they stand: one check for path, query and body. */
function unstorableTexts(value: unknown, path: readonly string[]): EventFault[] {
  if (typeof value === 'string') {
    if (isStorableText(value)) return [];
    const expected = 'a text without NUL or lone surrogates';
    return [{ field: path.join('.'), expected, got: describeValue(value) }];
  }
  if (typeof value !== 'object' || value === null || path.length > 4) return [];
  return Object.entries(value).flatMap(([name, inner]) => unstorableTexts(inner, [...path, name]));
}
