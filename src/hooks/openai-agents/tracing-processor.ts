import type { AgentsSpan, AgentsTrace } from './agents-shapes.js';

/** The processor that the OpenAI Agents SDK calls. Pass it to `addTraceProcessor`. */
export interface RunfoldProcessor {
  onTraceStart(trace: AgentsTrace): Promise<void>;
  onTraceEnd(trace: AgentsTrace): Promise<void>;
  onSpanStart(span: AgentsSpan): Promise<void>;
  onSpanEnd(span: AgentsSpan): Promise<void>;
  shutdown(timeout?: number): Promise<void>;
  forceFlush(): Promise<void>;
}
