/** Each variable that Runfold reads, and its meaning; the help of the commands is made from this. */
export const variableMeanings = {
  DATABASE_URL:
    'Postgres for the store, and for the queue without REDIS_URL. Defaults to the embedded store',
  REDIS_URL: 'Redis, its cluster or sentinels for the queue; needs DATABASE_URL',
  RUNFOLD_DIR: "The embedded store's folder. Defaults to .runfold",
  RUNFOLD_LOG_LEVEL: 'How much is logged. Defaults to info',
  RUNFOLD_REDIS_PREFIX: "The prefix of the queue's keys in Redis. Defaults to runfold",
  RUNFOLD_QUEUES:
    'How many queues in Redis the events are spread over; the last setting counts. Defaults to 1, in a cluster to 16',
  RUNFOLD_QUEUE_LIMIT:
    'Jobs on one queue after which the HTTP service refuses events with 429. Unset: none',
  RUNFOLD_PROJECT: 'The project of events and queries. Defaults to 1',
  RUNFOLD_HTTP_HOST:
    'The address that the HTTP service listens on. Defaults to 127.0.0.1; other addresses need a key',
  RUNFOLD_HTTP_PORT: 'The port of the HTTP service. Defaults to 8580',
  RUNFOLD_HTTP_BASE_PATH: 'The path of HTTP and the web page behind a proxy, such as /runfold',
  RUNFOLD_HTTP_PUBLIC_URL:
    'The address that browsers use, behind a proxy. With https the cookie of the page is sent over TLS only',
  RUNFOLD_METRICS_TOKEN:
    "The bearer token of the HTTP service's /metrics; needed once there are keys",
  RUNFOLD_METRICS_PORT:
    'A separate port for probes and Prometheus, for worker, watch, serve and up. Defaults to none',
  RUNFOLD_METRICS_HOST: 'The address of that port. Defaults to 127.0.0.1',
  RUNFOLD_OTLP_WAIT_SECONDS:
    'Seconds that OpenTelemetry spans wait for a parent; 0 to not wait. Defaults to 600',
  RUNFOLD_OTLP_KEEP_DAYS:
    'Days that spans are remembered; older ones are refused. 0 for forever. Defaults to 30',
  RUNFOLD_OTLP_ERROR_TEXT:
    'Whether to store error messages of spans, which may contain content. Defaults to false',
  RUNFOLD_SECRET_KEY:
    'Encrypts the secrets of alert channels: 32 bytes, as from openssl rand -hex 32. Unset: no channels',
  RUNFOLD_SMTP_URL:
    'The mail server for alerts, such as smtp://user:password@host:587. Unset: no mail',
  RUNFOLD_SMTP_FROM: 'The sender address of mail',
  RUNFOLD_WEBHOOK_HOSTS:
    'Hosts of your own network that webhooks may reach, separated by commas. Unset: none',
} as const;

/** A variable that Runfold reads. */
export type VariableName = keyof typeof variableMeanings;
