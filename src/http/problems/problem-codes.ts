/** A code of a problem: its status, and its meaning for a client. */
interface ProblemCodeDoc {
  readonly status: number;
  readonly meaning: string;
}

/** Every code that a response may have. Codes are stable, for programs. */
export const problemCodes = {
  invalid_request: {
    status: 400,
    meaning: 'A parameter or a field of the body is invalid; `faults` says which.',
  },
  unreadable_body: {
    status: 400,
    meaning: 'The body does not match its media type or coding. Nothing was accepted.',
  },
  invalid_idempotency_key: {
    status: 400,
    meaning: 'The `Idempotency-Key` is invalid. It must have 1 to 255 visible ASCII characters.',
  },
  invalid_cursor: {
    status: 400,
    meaning:
      'The cursor does not belong to a page or stream of this project with these filters. Start again without it.',
  },
  bad_request: { status: 400, meaning: 'The path or a header cannot be read.' },
  broken_request: {
    status: 400,
    meaning: 'The input is not valid HTTP/1.1. The connection is closed.',
  },
  unauthorized: {
    status: 401,
    meaning: 'The key is missing, misspelt, unknown, revoked or expired.',
  },
  cross_site: {
    status: 403,
    meaning: 'A page of another site sent a request with the cookie of this service.',
  },
  wrong_scope: {
    status: 403,
    meaning: 'The key is valid but does not have the required scope.',
  },
  not_found: { status: 404, meaning: "The key's project has nothing with this id or name." },
  no_such_path: { status: 404, meaning: 'The API has no such path.' },
  method_not_allowed: {
    status: 405,
    meaning: 'The path does not have this method; `Allow` lists its methods.',
  },
  slow_body: {
    status: 408,
    meaning: 'The body stopped arriving for too long. Nothing was accepted.',
  },
  slow_request: { status: 408, meaning: 'The whole request took too long to arrive.' },
  idempotency_key_reused: {
    status: 409,
    meaning: 'The `Idempotency-Key` was used for another body. Nothing was accepted.',
  },
  ambiguous_run: {
    status: 409,
    meaning: 'Several sessions have a run with this id. Set `session_id` to one of `session_ids`.',
  },
  ambiguous_event: {
    status: 409,
    meaning:
      'Several sessions have an event with this id. Set `session_id` to one of `session_ids`.',
  },
  correction_corrected: {
    status: 409,
    meaning: 'The event is a correction. Correct the event `corrects` again instead.',
  },
  correction_contended: {
    status: 409,
    meaning: 'Other corrections of the same event came first. Repeat the request.',
  },
  project_exists: { status: 409, meaning: 'A project with this name already exists.' },
  alert_exists: {
    status: 409,
    meaning: 'A rule or channel with this name already exists.',
  },
  not_delivered: {
    status: 409,
    meaning: 'The channel did not accept the sample; `detail` says why.',
  },
  secret_key: {
    status: 409,
    meaning:
      'The service has no `RUNFOLD_SECRET_KEY`, or not the key that the channel was created with.',
  },
  may_not_append: {
    status: 409,
    meaning: "The service's role in the database may not append events.",
  },
  budget_exists: { status: 409, meaning: 'A budget with this name already exists.' },
  count_changed: {
    status: 409,
    meaning: 'The number of rejects is no longer `expected_count`; `count` is the current number.',
  },
  tail_expired: {
    status: 410,
    meaning:
      'The stream cannot continue from this id: it is too old, or from another database. Connect without it, and list the events in between.',
  },
  too_large: {
    status: 413,
    meaning:
      'The body, its decompressed size or its number of events exceeds a limit. Split the request.',
  },
  path_too_long: { status: 414, meaning: 'A name in the path is too long.' },
  unsupported_media_type: {
    status: 415,
    meaning: 'The `Content-Type` is missing or not supported.',
  },
  unsupported_coding: { status: 415, meaning: 'The `Content-Encoding` is not gzip or zstd.' },
  foreign_origin: {
    status: 421,
    meaning:
      'While there are no keys, only programs on this machine are admitted, and no pages in a browser.',
  },
  invalid_event: {
    status: 422,
    meaning: 'Every event is invalid; `faults` says why. Nothing was accepted.',
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
    meaning: 'The key exceeds its rate limit. Retry after `Retry-After` seconds.',
  },
  queue_full: {
    status: 429,
    meaning:
      'Events arrive faster than they are folded. None of these was accepted: send them again after `Retry-After`.',
  },
  too_many_streams: {
    status: 429,
    meaning: 'The key, the project or the service has the maximum number of open tail streams.',
  },
  head_too_large: { status: 431, meaning: 'The headers are larger than 64 KiB.' },
  internal: {
    status: 500,
    meaning: 'The service failed. Its log has the details under the `request_id`.',
  },
  queue_unavailable: {
    status: 503,
    meaning: 'The queue is unavailable. Retry after `Retry-After` seconds; no event counts twice.',
  },
  database_unavailable: {
    status: 503,
    meaning: 'The database is unavailable. Retry after `Retry-After` seconds.',
  },
  database_misconfigured: {
    status: 503,
    meaning:
      'The service cannot use the database until somebody changes something, such as a missing right or migration. Its log has the reason.',
  },
  read_timeout: {
    status: 503,
    meaning:
      'The read took too long and was cancelled. Narrow it, for example by a shorter time range.',
  },
  busy: {
    status: 503,
    meaning:
      'Too many projects or too large bodies are being sent at the same time. Retry after `Retry-After` seconds.',
  },
  closing: {
    status: 503,
    meaning: 'The service is shutting down. Retry after `Retry-After` seconds.',
  },
  not_ready: {
    status: 503,
    meaning: 'A check of `/readyz` fails: `database`, `migrations` or `queue`.',
  },
} as const satisfies Readonly<Record<string, ProblemCodeDoc>>;

export type ProblemCode = keyof typeof problemCodes;
