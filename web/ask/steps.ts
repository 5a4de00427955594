import type { LoggedMessage } from '../../src/query/log/messages.js';
import type { LoggedToolCall } from '../../src/query/log/tool-calls.js';
import type { RunTree } from '../../src/query/totals/run-tree.js';
import { service } from './service.js';

/** A message or a tool call of a run, as a row of a timeline. */
export interface Step {
  readonly type: 'message' | 'tool_call';
  readonly id: string;
  readonly run_id: string;
  readonly session_id: string;
  readonly depth: number;
  readonly agent: string;
  /** The model, the tool, or the role of a message that no model wrote. */
  readonly name: string;
  readonly role: string | null;
  readonly is_failed: boolean;
  readonly error_text: string | null;
  /** Milliseconds since 1970. */
  readonly start: number;
  readonly end: number;
  readonly time: number | null;
  readonly time_to_first_token: number | null;
  readonly input_tokens: number | null;
  readonly cached_tokens: number | null;
  readonly output_tokens: number | null;
  readonly reasoning_tokens: number | null;
  readonly total_tokens: number | null;
  readonly cost: number | null;
  readonly cost_source: string | null;
  readonly corrections: number;
  readonly occurred_at: string;
}

/** A run of a tree, with how far it is below the root. */
export interface PlacedRun extends RunTree {
  readonly depth: number;
}

/** The runs of a tree, each before those it delegated to. */
export function runsOf(tree: RunTree, depth = 0): readonly PlacedRun[] {
  return [{ ...tree, depth }, ...tree.children.flatMap((child) => runsOf(child, depth + 1))];
}

export const agentOf = ({ agent_name, agent_id, run_id }: RunTree['run']) =>
  agent_name ?? agent_id ?? run_id;

/** Every step of a run and of all runs below it, by when each began. */
export async function readSteps(tree: RunTree): Promise<readonly Step[]> {
  const runs = runsOf(tree);
  const steps: Step[] = [];
  const width = 4;
  const queue = [...runs];
  const work = async () => {
    for (let next = queue.shift(); next !== undefined; next = queue.shift()) {
      const { run, depth } = next;
      const place = { session_id: run.session_id, run_id: run.run_id };
      const [messages, calls] = await Promise.all([
        readAll((cursor) => service.listMessages({ ...place, limit: 1000, cursor })),
        readAll((cursor) => service.listToolCalls({ ...place, limit: 1000, cursor })),
      ]);
      const agent = agentOf(run);
      steps.push(...messages.map((one) => messageStep(one, depth, agent)));
      steps.push(...calls.map((one) => callStep(one, depth, agent)));
    }
  };
  await Promise.all(Array.from({ length: width }, work));
  return steps.sort((a, b) => a.start - b.start || a.end - b.end || (a.id < b.id ? -1 : 1));
}

async function readAll<T>(
  read: (
    cursor: string | undefined,
  ) => Promise<{ readonly items: readonly T[]; readonly next_cursor: string | undefined }>,
): Promise<readonly T[]> {
  const items: T[] = [];
  let cursor: string | undefined;
  do {
    const page = await read(cursor);
    items.push(...page.items);
    cursor = page.next_cursor;
  } while (cursor !== undefined);
  return items;
}

function shared(one: LoggedMessage | LoggedToolCall, depth: number, agent: string) {
  const end = Date.parse(one.occurred_at);
  const { id, run_id, session_id, time, occurred_at, cost, cost_source, corrections } = one;
  return {
    id,
    run_id,
    session_id,
    depth,
    agent,
    time,
    occurred_at,
    cost,
    corrections,
    end,
    cost_source: cost_source ?? null,
    start: end - (time ?? 0) * 1000,
  };
}

function messageStep(one: LoggedMessage, depth: number, agent: string): Step {
  return {
    ...shared(one, depth, agent),
    type: 'message',
    name: one.role === 'assistant' ? (one.model ?? 'assistant') : one.role,
    role: one.role,
    is_failed: false,
    error_text: null,
    time_to_first_token: one.time_to_first_token,
    input_tokens: one.input_tokens,
    cached_tokens: one.cached_tokens,
    output_tokens: one.output_tokens,
    reasoning_tokens: one.reasoning_tokens,
    total_tokens: one.total_tokens,
  };
}

function callStep(one: LoggedToolCall, depth: number, agent: string): Step {
  return {
    ...shared(one, depth, agent),
    type: 'tool_call',
    name: one.tool_name,
    role: null,
    is_failed: one.error === true,
    error_text: one.error_text,
    time_to_first_token: null,
    input_tokens: null,
    cached_tokens: null,
    output_tokens: null,
    reasoning_tokens: null,
    total_tokens: null,
  };
}

const nanos = (value: number | null) => BigInt(Math.round((value ?? 0) * 1e9));

/** What was added here, in whole tokens and nano-dollars, beside what the totals say. */
export interface Sum {
  readonly tokens: number;
  readonly cost: number;
  readonly isEqual: boolean;
}

/** Adds rows up and compares the sums with totals. Only the assistant's tokens count, as in the fold. */
export function addUp(
  rows: readonly {
    readonly role?: string | null;
    readonly total_tokens: number | null;
    readonly cost: number | null;
  }[],
  totals: { readonly total_tokens: number | null; readonly cost: number | null },
): Sum {
  const counted = rows.filter(
    ({ role }) => role === undefined || role === null || role === 'assistant',
  );
  const tokens = counted.reduce((sum, { total_tokens }) => sum + (total_tokens ?? 0), 0);
  const cost = rows.reduce((sum, row) => sum + nanos(row.cost), 0n);
  return {
    tokens,
    cost: Number(cost) / 1e9,
    isEqual: tokens === (totals.total_tokens ?? 0) && cost === nanos(totals.cost),
  };
}
