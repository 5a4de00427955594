// What an agent that only emits needs. Nothing here loads a database driver.
export type { AttributeName, Attributes } from './events/attribute-fields.js';
export { type EventFault, InvalidEventError } from './events/event-fault.js';
export type {
  EventEnvelope,
  EventType,
  MessageEvent,
  MessageInput,
  MetricEvent,
  MetricEventInput,
  Role,
  RunEvent,
  RunInput,
  RunStatus,
  ToolCallEvent,
  ToolCallInput,
} from './events/metric-event.js';
export type { MetricName, Metrics } from './events/metric-fields.js';
export { type ParsedEvent, parseEvent } from './events/parse-event.js';
export { InvalidAgnoRunError } from './ingest/agno-record.js';
export { type AgnoRunOptions, fromAgnoRun } from './ingest/from-agno-run.js';
export {
  createProducer,
  type Producer,
  type ProducerOptions,
  type ProducerStats,
} from './ingest/producer.js';
export {
  BufferFullError,
  ProducerClosedError,
  QueueUnavailableError,
} from './ingest/producer-errors.js';
export { QueueConnectionError } from './ingest/queue-errors.js';
export type { PostgresAddress, QueueTarget } from './ingest/queue-target.js';
