import { z } from 'zod';
import { readRedisUrl } from './redis-url.js';
import { serviceAddress } from './variable-names.js';
import type { VariableName } from './variables.js';

export const logLevels = ['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent'] as const;

const integer = (error: string, least: number, most: number) =>
  z.coerce
    .number({ error })
    .refine((value) => Number.isInteger(value) && value >= least && value <= most, { error });
const wholeNumber = (least: number, most: number) =>
  integer(`an integer from ${least} to ${most}`, least, most);

const url = (protocols: readonly string[], example: string, path = /^.*$/) =>
  z
    .string()
    .refine((text) => URL.canParse(text) && protocols.includes(new URL(text).protocol), {
      error: `a URL such as ${example}`,
      abort: true,
    })
    // With a password such as p/w or p#w the host would end early, and the rest would be read as a path.
    .refine((text) => path.test(new URL(text).pathname) && new URL(text).hash === '', {
      error: `a URL such as ${example}; in user and password / # ? @ : % are written %2F %23 %3F %40 %3A %25`,
    });

const address = z
  .string()
  .regex(/^[\w.:-]{1,253}$/, { error: 'an address or a host name' })
  .default('127.0.0.1');

const isPort = (port: number) => Number.isInteger(port) && port >= 0 && port <= 65_535;
const toPort = (text: string) => (/^\d{1,5}$/.test(text) ? Number(text) : Number.NaN);
const portWanted = 'a port from 1 to 65535, or 0 for any free one';

/** A Postgres URL with several hosts, as libpq takes it. */
const severalHosts = /^postgres(?:ql)?:\/\/(?:[^/]*@)?[^/@?]*,[^/@?]*(?:[/?]|$)/;

/** The values that each variable takes. */
export const variables = {
  DATABASE_URL: {
    schema: z
      .string()
      .refine((text) => !severalHosts.test(text), {
        error:
          'one host: a name that leads to the primary, also after a failover, such as that of a proxy or of a service',
        abort: true,
      })
      .pipe(
        url(
          ['postgres:', 'postgresql:'],
          'postgres://user:password@host:5432/runfold',
          /^(\/[^/@]*)?$/,
        ),
      )
      .optional(),
  },
  REDIS_URL: {
    schema: z
      .string()
      .superRefine((text, context) => {
        const read = readRedisUrl(text);
        if ('expected' in read) context.addIssue({ code: 'custom', message: read.expected });
      })
      .optional(),
  },
  RUNFOLD_DIR: {
    schema: z.string().min(1).default('.runfold'),
  },
  RUNFOLD_LOG_LEVEL: {
    schema: z.enum(logLevels, { error: `one of ${logLevels.join(', ')}` }).default('info'),
  },
  RUNFOLD_REDIS_PREFIX: {
    schema: z
      .string()
      .regex(/^[\w.:-]{1,100}$/, { error: 'up to 100 letters, digits, or any of _ . : -' })
      .default('runfold'),
  },
  RUNFOLD_QUEUES: { schema: wholeNumber(1, 256).optional() },
  RUNFOLD_QUEUE_LIMIT: { schema: wholeNumber(1, 1_000_000_000).optional() },
  RUNFOLD_PROJECT: { schema: wholeNumber(1, 2_147_483_647).default(1) },
  RUNFOLD_HTTP_HOST: { schema: address },
  RUNFOLD_HTTP_PORT: {
    schema: z
      .string()
      .default('8580')
      // Kubernetes sets this for a Service named runfold-http; it is not a setting.
      .transform((text) => (serviceAddress.test(text) ? '8580' : text))
      .transform(toPort)
      .refine(isPort, { error: portWanted }),
  },
  RUNFOLD_METRICS_HOST: { schema: address },
  RUNFOLD_METRICS_PORT: {
    schema: z
      .string()
      .optional()
      // The same for a Service named runfold-metrics.
      .transform((text) =>
        text === undefined || serviceAddress.test(text) ? undefined : toPort(text),
      )
      .refine((port) => port === undefined || isPort(port), { error: portWanted }),
  },
  RUNFOLD_HTTP_BASE_PATH: {
    schema: z
      .string()
      .regex(/^(\/[\w.~-]+)*\/?$/, { error: 'a path such as /runfold' })
      .default('')
      .transform((path) => path.replace(/\/$/, '')),
  },
  RUNFOLD_HTTP_PUBLIC_URL: {
    schema: url(['http:', 'https:'], 'https://runfold.example.com').optional(),
  },
  RUNFOLD_OTLP_WAIT_SECONDS: { schema: wholeNumber(0, 86_400).default(600) },
  RUNFOLD_OTLP_KEEP_DAYS: { schema: wholeNumber(0, 36_500).default(30) },
  RUNFOLD_OTLP_ERROR_TEXT: {
    schema: z
      .enum(['true', 'false'], { error: 'true or false' })
      .default('false')
      .transform((text) => text === 'true'),
  },
  RUNFOLD_METRICS_TOKEN: {
    schema: z
      .string()
      .regex(/^[\x21-\x7e]{8,255}$/, { error: '8 to 255 visible ASCII characters' })
      .optional(),
  },
  RUNFOLD_SECRET_KEY: {
    schema: z
      .string()
      .regex(/^([\da-fA-F]{64}|[\w+/-]{43}=?)$/, {
        error: '32 bytes as 64 hexadecimal digits, or base64',
      })
      .optional(),
  },
  RUNFOLD_SMTP_URL: {
    schema: url(['smtp:', 'smtps:'], 'smtp://user:password@host:587').optional(),
  },
  RUNFOLD_SMTP_FROM: {
    schema: z.email({ error: 'an address such as runfold@example.com' }).optional(),
  },
  RUNFOLD_WEBHOOK_HOSTS: {
    schema: z
      .string()
      .regex(/^[\w.:-]+(,[\w.:-]+)*$/, {
        error: 'host names or addresses, with commas between them',
      })
      .transform((text) => text.toLowerCase().split(','))
      .optional()
      .transform((hosts) => hosts ?? []),
  },
} as const satisfies Readonly<Record<VariableName, { schema: z.ZodType }>>;
