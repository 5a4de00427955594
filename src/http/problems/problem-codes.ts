/** A code of problems: its status, and what a client is to make of it. */
interface ProblemCodeDoc {
  readonly status: number;
  readonly meaning: string;
}

/** Every code that an answer may have. They are stable: programs go by them. */
export const problemCodes = {
  invalid_request: {
    status: 400,
    meaning: 'A parameter, or the body of a key, is not what it should be; `faults` says which.',
  },
  unreadable_body: {
    status: 400,
    meaning: 'The body is not what its media type or coding says. Nothing of it was taken.',
  },
  invalid_idempotency_key: {
    status: 400,
    meaning: 'An `Idempotency-Key` has 1 to 255 visible ASCII characters.',
  },
  invalid_cursor: {
    status: 400,
    meaning: 'No page or stream of this project, with these filters, gave the cursor. Begin anew.',
  },
  bad_request: { status: 400, meaning: 'The path or a header cannot be read.' },
  broken_request: { status: 400, meaning: 'What came is no HTTP/1.1. The connection is closed.' },
  unauthorized: {
    status: 401,
    meaning: 'There is no key, or it is misspelt, unknown, revoked or expired.',
  },
  cross_site: {
    status: 403,
    meaning: 'A cookie came with a request that no page of this service began.',
  },
  wrong_scope: { status: 403, meaning: 'The key is good, and is not for this.' },
  not_found: { status: 404, meaning: "Nothing of that name is in the key's project." },
  no_such_path: { status: 404, meaning: 'The API has no such path.' },
  method_not_allowed: {
    status: 405,
    meaning: 'The path has no such method; `Allow` names those it has.',
  },
  slow_body: { status: 408, meaning: 'The body fell silent for too long. Nothing was taken.' },
  slow_request: { status: 408, meaning: 'The whole of the request took too long to arrive.' },
  idempotency_key_reused: {
    status: 409,
    meaning: 'The `Idempotency-Key` was used for another body. Nothing was taken.',
  },
  ambiguous_run: {
    status: 409,
    meaning: 'Several sessions have a run of this id: give `session_id`, one of `session_ids`.',
  },
  project_exists: { status: 409, meaning: 'There is a project of this name.' },
  budget_exists: { status: 409, meaning: 'There is a budget of this name.' },
  count_changed: {
    status: 409,
    meaning: 'There are more or fewer rejects than `expected_count` by now; `count` says how many.',
  },
  tail_expired: {
    status: 410,
    meaning:
      'The stream cannot go on from an id this old, or of another database. Begin without one, and list what came meanwhile.',
  },
  too_large: {
    status: 413,
    meaning: 'The body, or what it is decompressed to, or its number of events. Send it in parts.',
  },
  path_too_long: { status: 414, meaning: 'A name in the path is too long.' },
  unsupported_media_type: {
    status: 415,
    meaning: 'The `Content-Type` is none that is read, or there is none.',
  },
  unsupported_coding: { status: 415, meaning: 'The `Content-Encoding` is not gzip or zstd.' },
  foreign_origin: {
    status: 421,
    meaning:
      'While there are no keys only programs of this machine are let in, and no pages of a browser.',
  },
  invalid_event: {
    status: 422,
    meaning: 'Every event was at fault; `faults` says why. Nothing was taken.',
  },
  run_tree_too_large: {
    status: 422,
    meaning: 'The tree has more than 10,000 runs. List the children of a run with `parent_run_id`.',
  },
  run_tree_too_deep: { status: 422, meaning: 'The tree has more levels than `max_depth`.' },
  invalid_project: { status: 422, meaning: 'The name or the time zone of a project is invalid.' },
  unknown_project: { status: 422, meaning: 'There is no such project.' },
  rate_limited: {
    status: 429,
    meaning: 'The key asks for too much. Come again after `Retry-After`.',
  },
  queue_full: {
    status: 429,
    meaning:
      'More events come than are folded. Send them again after `Retry-After`; none was taken.',
  },
  too_many_streams: {
    status: 429,
    meaning: 'The key, or the service, has as many tail streams open as it may.',
  },
  head_too_large: { status: 431, meaning: 'The head has more than 64 KiB.' },
  internal: {
    status: 500,
    meaning: 'The service failed; its log says more under the `request_id`.',
  },
  queue_unavailable: {
    status: 503,
    meaning:
      'The queue does not answer. Send the events again after `Retry-After`; none counts twice.',
  },
  database_unavailable: {
    status: 503,
    meaning: 'The database does not answer. Come again after `Retry-After`.',
  },
  read_timeout: {
    status: 503,
    meaning:
      'The read took too long and was stopped. Narrow it, for example by a shorter time range.',
  },
  busy: {
    status: 503,
    meaning: 'Too many projects, or too large bodies, are sent at once. Retry after `Retry-After`.',
  },
  closing: { status: 503, meaning: 'The service is closing. Come again after `Retry-After`.' },
  not_ready: {
    status: 503,
    meaning: 'A check of `/readyz` fails: `database`, `migrations` or `queue`.',
  },
} as const satisfies Readonly<Record<string, ProblemCodeDoc>>;

export type ProblemCode = keyof typeof problemCodes;
