/** The limits of one request and of one key. */
export interface HttpLimits {
  /** Bytes of a body as it arrives. Defaults to 8 MiB. */
  readonly body_bytes: number;
  /** Bytes of a body after it is decompressed. Defaults to 32 MiB. */
  readonly decoded_bytes: number;
  /** Bytes of the decompressed bodies of all requests in flight. Defaults to 128 MiB. */
  readonly bodies_bytes: number;
  /** Events of one request. Defaults to 10,000. */
  readonly request_events: number;
  /** Requests per second of one key, plus the same number in a burst. Defaults to 1,000. */
  readonly requests_per_second: number;
  /** Events per second of one key, plus the same number in a burst. Defaults to 100,000. */
  readonly events_per_second: number;
  /** Events of one project that may wait for the queue in this process. Defaults to 50,000. */
  readonly buffer_events: number;
  /** Bytes of one project's events, roughly, that may wait for the queue in this process. Defaults to 64 MiB. */
  readonly buffer_bytes: number;
  /** Jobs on one queue, looked up every second, after which events are refused with 429. Defaults to Infinity. */
  readonly queue_jobs: number;
  /** Milliseconds that a statement of a reader may take, including the wait for a connection. Defaults to 30,000. */
  readonly read_timeout_ms: number;
  /** Milliseconds that a request waits for the queue before it gets 503. Defaults to 10,000. */
  readonly queue_timeout_ms: number;
  /** Milliseconds without a byte after which a body is abandoned. Defaults to 10,000. */
  readonly body_idle_ms: number;
  /** Milliseconds that a whole request may take to arrive. Defaults to 60,000. */
  readonly request_timeout_ms: number;
  /** Milliseconds without a byte in either direction after which a connection is closed. Defaults to 120,000. */
  readonly connection_idle_ms: number;
  /** Unknown keys per second from one address. Defaults to 50. */
  readonly unknown_keys_per_second: number;
  /** Tail streams open at once, of one key, of one project and of all. Default to 10, 25 and 100. */
  readonly key_streams: number;
  readonly project_streams: number;
  readonly streams: number;
  /** Milliseconds after which the reader of a tail that takes nothing is disconnected. Defaults to 60,000. */
  readonly tail_drain_ms: number;
  /** Milliseconds between two polls of a tail. Defaults to 250. */
  readonly tail_poll_ms: number;
}

export const defaultLimits: HttpLimits = {
  body_bytes: 8 * 2 ** 20,
  decoded_bytes: 32 * 2 ** 20,
  bodies_bytes: 128 * 2 ** 20,
  request_events: 10_000,
  requests_per_second: 1_000,
  events_per_second: 100_000,
  buffer_events: 50_000,
  buffer_bytes: 64 * 2 ** 20,
  queue_jobs: Number.POSITIVE_INFINITY,
  read_timeout_ms: 30_000,
  queue_timeout_ms: 10_000,
  body_idle_ms: 10_000,
  request_timeout_ms: 60_000,
  connection_idle_ms: 120_000,
  unknown_keys_per_second: 50,
  key_streams: 10,
  project_streams: 25,
  streams: 100,
  tail_drain_ms: 60_000,
  tail_poll_ms: 250,
};
