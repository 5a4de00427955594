import type { RunStep } from '../../src/query/steps/run-steps.js';
import type { RunTree } from '../../src/query/totals/run-tree.js';
import { service } from './service.js';

/** A message or a tool call of a run, as one row of the timeline. */
export interface Step extends RunStep {
  readonly agent: string;
  readonly is_failed: boolean;
  /** Milliseconds since 1970. */
  readonly start: number;
  readonly end: number;
  readonly occurred_at: string;
}

/** A run in a tree, with its depth below the root. */
export interface PlacedRun extends RunTree {
  readonly depth: number;
}

/** The runs of a tree, each before those that it delegated to. */
export function runsOf(tree: RunTree, depth = 0): readonly PlacedRun[] {
  return [{ ...tree, depth }, ...tree.children.flatMap((child) => runsOf(child, depth + 1))];
}

export const agentOf = ({ agent_name, agent_id, run_id }: RunTree['run']) =>
  agent_name ?? agent_id ?? run_id;

/** A run with all runs below it, and their steps by start, at first perhaps not all of them. */
export interface RunWithSteps {
  readonly tree: RunTree | undefined;
  readonly steps: readonly Step[];
  readonly hasAll: boolean;
}

interface RunName {
  readonly run_id: string;
  readonly session_id: string | undefined;
}

/** Reads a run and all of its steps. `show` gets what is there after each page of steps but the last. */
export async function readRunWithSteps(
  name: RunName,
  show: (part: RunWithSteps) => void,
): Promise<RunWithSteps> {
  const pageOf = (cursor?: string) => service.listRunSteps({ ...name, limit: 1000, cursor });
  const [tree, first] = await Promise.all([service.getRunTree(name), pageOf()]);
  if (tree === undefined) return { tree, steps: [], hasAll: true };
  const agents = new Map(runsOf(tree).map(({ run }) => [keyOf(run), agentOf(run)]));
  let steps: readonly Step[] = [];
  let page = first;
  for (;;) {
    steps = [...steps, ...(page?.items ?? []).map((step) => placed(step, agents))].sort(byStart);
    if (page?.next_cursor === undefined) return { tree, steps, hasAll: true };
    show({ tree, steps, hasAll: false });
    page = await pageOf(page.next_cursor);
  }
}

/** Of steps that start together, the one that delegates is before those of the run that it started. */
const byStart = (a: Step, b: Step) => a.start - b.start || a.depth - b.depth;

const placed = (step: RunStep, agents: ReadonlyMap<string, string>): Step => ({
  ...step,
  agent: agents.get(keyOf(step)) ?? step.run_id,
  start: Date.parse(step.started_at),
  end: Date.parse(step.ended_at),
  is_failed: step.error === true,
  occurred_at: step.ended_at,
});

/** How often data that does not add up is read again: an event may arrive between two reads. */
const mostReads = 3;

/** Reads totals and their parts, until both are from the same moment. */
export async function readAddable<T>(
  read: () => Promise<T>,
  isEqual: (value: T) => boolean,
): Promise<T> {
  let value = await read();
  for (let reads = 1; reads < mostReads && !isEqual(value); reads++) value = await read();
  return value;
}

const keyOf = ({ session_id, run_id }: { readonly session_id: string; readonly run_id: string }) =>
  JSON.stringify([session_id, run_id]);

const nanos = (value: number | null) => BigInt(Math.round((value ?? 0) * 1e9));

/** The sums computed here, in integer tokens and nano-dollars, beside the totals. */
export interface Sum {
  readonly tokens: number;
  readonly cost: number;
  readonly isEqual: boolean;
}

/**
 * Adds rows and compares the sums with the totals. Only the assistant's tokens count, as in the
 * fold.
 */
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
