// The exports of `runfold/producer`, for an agent that only emits. It loads no database driver.
export { RunfoldError } from './environment/runfold-error.js';
export type { AttributeName, Attributes } from './events/attribute-fields.js';
export { type ParsedEvent, parseEvent } from './events/check/parse-event.js';
export { type EventFault, InvalidEventError } from './events/fault.js';
export type { Labels } from './events/labels.js';
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
export { InvalidAgnoRunError } from './ingest/formats/agno/agno-record.js';
export { fromAgnoRow } from './ingest/formats/agno/from-agno-row.js';
export { type AgnoRunOptions, fromAgnoRun } from './ingest/formats/agno/from-agno-run.js';
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
export type {
  Run,
  RunAttributes,
  RunEnd,
  RunMessage,
  RunToolCall,
} from './ingest/run.js';
export { QueueConnectionError } from './queue/queue-errors.js';
export type { PostgresAddress, QueueTarget } from './queue/queue-target.js';
