import type { Logger } from 'pino';
import type { DeliveryOptions } from '../../alerts/deliver.js';
import type { CompareContent } from '../../append/other-content.js';
import type { BudgetGate } from '../../budgets/budget-gate.js';
import type { Database } from '../../postgres/database.js';
import type { Readers } from '../../postgres/readers/readers.js';
import type { QueueGauge } from '../../queue/queue-gauge.js';
import type { TierName } from '../../tier.js';
import type { GroupCommitStats } from '../../worker/group-commit.js';
import type { SignInLimit } from '../access/sign-in-limit.js';
import type { ServiceJobs } from '../operate/service-jobs.js';
import type { Access } from './access.js';
import type { BodyRooms } from './body-room.js';
import type { Freshness } from './freshness.js';
import type { HttpLimits } from './http-limits.js';
import type { ProjectProducers } from './project-producers.js';
import type { RateLimit } from './rate-limit.js';
import type { RequestBodies } from './request-bodies.js';
import type { ServiceMetrics } from './service-metrics.js';
import type { SpanSender } from './span-sender.js';
import type { TailStreams } from './tail-streams.js';
import type { Turns } from './turns.js';

/** Which OpenTelemetry data is accepted. */
export interface OtlpOptions {
  /** Days that spans are remembered; older ones are refused. 0 for forever. */
  readonly keep_days: number;
  /** Whether error messages of spans are stored. */
  readonly error_text: boolean;
}

/** The context of the routes. */
export interface Service extends ServiceJobs {
  /** The database; the reads of a client are cancelled when it disconnects. */
  readonly database: Database;
  readonly readers: Readers;
  readonly log: Logger;
  readonly limits: HttpLimits;
  readonly version: string;
  readonly tier: TierName;
  /** The counts of a worker in this process; undefined if there is none. */
  readonly worker: (() => GroupCommitStats | undefined) | undefined;
  readonly access: Access;
  readonly budgets: BudgetGate;
  /** How samples of alerts are sent. */
  readonly alerts: DeliveryOptions;
  readonly bodies: BodyRooms;
  readonly requestBodies: RequestBodies;
  /** Finds events whose id is in the log with other content. */
  readonly compareContent: CompareContent;
  readonly signIns: SignInLimit;
  readonly requestRate: RateLimit;
  readonly eventRate: RateLimit;
  readonly freshness: Freshness;
  readonly queue: QueueGauge;
  readonly producers: ProjectProducers;
  readonly spans: SpanSender;
  /** Limits how many OpenTelemetry bodies are decoded at the same time. */
  readonly decoding: Turns;
  readonly otlp: OtlpOptions;
  readonly metrics: ServiceMetrics;
  readonly streams: TailStreams;
  /** The API reference: the OpenAPI document as JSON, and its page. */
  readonly openapi: string;
  readonly docs: string;
  /** The bearer token of `/metrics`; if undefined, it is open while there are no keys, and closed after that. */
  readonly metrics_token: string | undefined;
  /** Aborts when the service starts to shut down. */
  readonly closing: AbortSignal;
}
