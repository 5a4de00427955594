import { isRawObject } from '../../events/check/normalize-event.js';
import { isAbort } from '../record/failure.js';

/** The fields that the hook reads of LangChain's arguments, without prompts and answers. */
export type Given = Readonly<Record<string, unknown>>;

export const objectIn = (value: unknown, name: string): Given | undefined => {
  const member = isRawObject(value) ? value[name] : undefined;
  return isRawObject(member) ? member : undefined;
};

export const textIn = (value: unknown, ...names: readonly string[]): string | undefined => {
  if (!isRawObject(value)) return undefined;
  for (const name of names) {
    const member = value[name];
    if (typeof member === 'string' && member !== '') return member;
    if (typeof member === 'number') return String(member);
  }
  return undefined;
};

/** The classes of a runnable, outermost first: `['langgraph', 'pregel', 'CompiledStateGraph']`. */
export function readClass(serialized: unknown): readonly string[] {
  const id = isRawObject(serialized) ? serialized.id : undefined;
  return Array.isArray(id) ? id.map(String) : [];
}

/** Whether a chain is an agent or a graph, and therefore a separate run below another. */
export function isGraph(serialized: unknown): boolean {
  const names = readClass(serialized);
  return names.includes('pregel') || names.at(-1) === 'AgentExecutor';
}

/** Names that LangChain itself gives to unnamed things. */
const defaultNames = new Set(['LangGraph', 'AgentExecutor', 'CompiledStateGraph']);

/** The agent's name: that of a graph, or one that a user gave to a chain. */
export function agentName(metadata: unknown, runName: unknown): string | undefined {
  const named = textIn(metadata, 'lc_agent_name');
  if (named !== undefined) return named;
  if (typeof runName !== 'string' || runName === '') return undefined;
  return defaultNames.has(runName) || runName.startsWith('Runnable') ? undefined : runName;
}

/** LangGraph errors that are not failures: an interrupt waits for a person, a command goes to another agent. */
export function findBubble(error: unknown): 'interrupt' | 'command' | undefined {
  if (typeof error !== 'object' || error === null) return undefined;
  const { is_bubble_up, name } = error as { is_bubble_up?: unknown; name?: unknown };
  if (is_bubble_up !== true && name !== 'GraphInterrupt' && name !== 'NodeInterrupt')
    return undefined;
  return name === 'ParentCommand' ? 'command' : 'interrupt';
}

/** Whether a chunk has a part of the answer: many models begin with an empty chunk. */
export function isFirstContent(token: unknown, fields: unknown): boolean {
  if (typeof token === 'string' && token !== '') return true;
  const message = objectIn(objectIn(fields, 'chunk'), 'message');
  const { tool_call_chunks: calls, content } = message ?? {};
  return (
    (Array.isArray(calls) && calls.length > 0) || (Array.isArray(content) && content.length > 0)
  );
}

/** The messages of plain errors after an abort: `Abort` in LangGraph, `AbortError` in LangChain's clients. */
const abortMessages = new Set(['Abort', 'AbortError', 'Aborted', 'Request was aborted.']);

/** Whether a call ended because its caller requested it. */
export function isAbortOfChain(error: unknown): boolean {
  return isAbort(error) || (error instanceof Error && abortMessages.has(error.message));
}

/** Whether an answer is from LangChain's own cache. */
export const isFromCache = (extra: unknown): boolean => isRawObject(extra) && extra.cached === true;
