/** Each variable that Runfold reads, and what it means; the command line's help is made from this. */
export const variableMeanings = {
  DATABASE_URL:
    'Postgres for the store (and the queue, without REDIS_URL). Unset: the embedded store',
  REDIS_URL: 'Redis, its cluster or sentinels for the queue; needs DATABASE_URL',
  RUNFOLD_DIR: "The embedded store's folder. Defaults to .runfold",
  RUNFOLD_LOG_LEVEL: 'How much is logged. Defaults to info',
  RUNFOLD_REDIS_PREFIX: "What the queue's keys in Redis begin with. Defaults to runfold",
  RUNFOLD_QUEUES:
    'Queues in Redis that events are spread over; the last one set holds. Defaults to 1, in a cluster to 16',
  RUNFOLD_QUEUE_LIMIT:
    'Jobs on one queue after which the HTTP service refuses events with 429. Unset: none',
  RUNFOLD_PROJECT: 'The project events belong to and queries look at. Defaults to 1',
  RUNFOLD_HTTP_HOST:
    'Where the HTTP service listens. Defaults to 127.0.0.1; others need a key to exist',
  RUNFOLD_HTTP_PORT: 'The port of the HTTP service. Defaults to 8580',
  RUNFOLD_HTTP_BASE_PATH:
    'A path under which HTTP and the web page are reached too, such as /runfold, behind a proxy',
  RUNFOLD_HTTP_PUBLIC_URL:
    'The address that browsers know, behind a proxy. With https the cookie of the page is for TLS alone',
  RUNFOLD_METRICS_TOKEN:
    "The bearer token of the HTTP service's /metrics; needed once there are keys",
  RUNFOLD_METRICS_PORT:
    'A port for probes and Prometheus alone, of worker, watch, serve and up. Unset: none',
  RUNFOLD_METRICS_HOST: 'Where that port listens. Defaults to 127.0.0.1',
  RUNFOLD_OTLP_WAIT_SECONDS:
    'Seconds that OpenTelemetry spans wait for a parent; 0 for none. Defaults to 600',
  RUNFOLD_OTLP_KEEP_DAYS:
    'Days that spans are remembered; older ones are refused. 0: forever. Defaults to 30',
  RUNFOLD_OTLP_ERROR_TEXT:
    'Whether error messages of spans, which may hold content, are kept. Defaults to false',
} as const;

/** A variable Runfold reads. */
export type VariableName = keyof typeof variableMeanings;
