import type { FastifyReply, FastifyRequest } from 'fastify';
import { z } from 'zod';
import { nearestName } from '../../events/check/nearest-name.js';
import { schemaFaults } from '../../events/check/schema-faults.js';
import { describeValue, type EventFault, listFaults } from '../../events/fault.js';
import { isStorableText } from '../../events/limits.js';
import type { KeyScope } from '../../store/api-keys.js';
import { invalidRequest } from '../problems/problem.js';
import type { Caller } from '../service/caller.js';
import type { Service } from '../service/service.js';

/** The input of a route. */
export interface Call<Params, Query> extends Caller {
  readonly service: Service;
  readonly params: Params;
  readonly query: Query;
  readonly request: FastifyRequest;
  readonly reply: FastifyReply;
}

/** The response of a route; `undefined` if it has written to the socket itself. */
export interface RouteResponse {
  /** Defaults to 200. */
  readonly status?: number;
  /** Sent as JSON; a string, bytes or a stream are sent unchanged. */
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
}

/** A response as the API reference shows it. */
export interface ResponseDoc {
  readonly description: string;
  readonly type?: string;
  readonly schema?: z.ZodType;
  /** Whether it is also available as CSV. */
  readonly has_csv?: boolean;
  /** Defaults to an example made from the schema. */
  readonly example?: unknown;
}

/** One operation of the API: its checks, its reference and its code. */
export interface Route {
  readonly method: 'GET' | 'POST' | 'DELETE';
  /** As OpenAPI writes it: `/v1/runs/{run_id}`. */
  readonly path: string;
  /** The name of the operation, for generated clients. */
  readonly id: string;
  readonly tag: string;
  readonly summary: string;
  readonly description?: string;
  /** The required scope; undefined if the route is open to everybody. */
  readonly scope?: KeyScope;
  readonly params: z.ZodObject;
  readonly query: z.ZodObject;
  /** Headers of the request that it reads: name → meaning. */
  readonly headers?: Readonly<Record<string, string>>;
  /** Whether its response describes the current moment: then it has no `ETag` and is not cached. */
  readonly is_momentary?: boolean;
  /** Whether its response is a stream without an end; then it has no HEAD. */
  readonly is_stream?: boolean;
  /** Query parameters of the example in the reference. */
  readonly example?: Readonly<Record<string, string | number>>;
  /** The request bodies: media type → schema, whose `examples` the reference shows. */
  readonly body?: Readonly<Record<string, z.ZodType>>;
  /** The successful responses; problems follow from the rest. */
  readonly responses: Readonly<Record<number, ResponseDoc>>;
  /** Statuses of its problems, besides those of every route. */
  readonly problems?: readonly number[];
  handle(call: Call<unknown, unknown>): Promise<RouteResponse | undefined>;
}

/** The HTTP methods of a route. */
export const methodsOf = ({ method, is_stream }: Route): readonly string[] =>
  method === 'GET' && is_stream !== true ? ['GET', 'HEAD'] : [method];

/** Whether its responses have an `ETag`, so that unchanged ones are not sent again. */
export const hasEtag = ({ method, is_stream, is_momentary }: Route): boolean =>
  method === 'GET' && is_stream !== true && is_momentary !== true;

const none = z.strictObject({});

/** Declares a route; `handle` receives the values that its schemas return. */
export function route<P extends z.ZodObject = typeof none, Q extends z.ZodObject = typeof none>(
  options: Omit<Route, 'params' | 'query' | 'handle'> & {
    readonly params?: P;
    readonly query?: Q;
    handle(call: Call<z.infer<P>, z.infer<Q>>): Promise<RouteResponse | undefined>;
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

/** The value that a schema makes of the input. @throws ProblemError 400 with its first faults */
export function checked(schema: z.ZodType, value: unknown): unknown {
  const unstorable = unstorableTexts(value, []);
  if (unstorable.length > 0) throw invalidRequest(listFaults(unstorable));
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  const { issues } = result.error;
  const names = schema instanceof z.ZodObject ? Object.keys(schema.shape) : [];
  const meant = (name: string) => nearestName(name, names);
  throw invalidRequest(listFaults(schemaFaults(issues, value, { noun: 'parameter', meant })));
}

/** Finds strings that Postgres cannot even compare: one check for path, query and body. */
function unstorableTexts(value: unknown, path: readonly string[]): EventFault[] {
  if (typeof value === 'string') {
    if (isStorableText(value)) return [];
    const expected = 'a string without NUL or lone surrogates';
    return [{ field: path.join('.'), expected, got: describeValue(value) }];
  }
  if (typeof value !== 'object' || value === null || path.length > 4) return [];
  return Object.entries(value).flatMap(([name, inner]) => unstorableTexts(inner, [...path, name]));
}
