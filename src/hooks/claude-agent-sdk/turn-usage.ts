import { isRawObject } from '../../events/check/normalize-event.js';
import { type ClaudeCounts, readCounts } from '../../ingest/formats/claude-code/claude-usage.js';
import { countAt, type JsonObject } from '../../ingest/formats/log/log-record.js';

const kinds = ['input', 'read', 'written', 'hour', 'output', 'thinking'] as const;
const nothing: ClaudeCounts = {
  input: null,
  read: null,
  written: null,
  hour: null,
  output: null,
  thinking: null,
};

const combine = (a: ClaudeCounts, b: ClaudeCounts, how: (a: number, b: number) => number) =>
  Object.fromEntries(
    kinds.map((kind) => [
      kind,
      a[kind] === null && b[kind] === null ? null : how(a[kind] ?? 0, b[kind] ?? 0),
    ]),
  ) as unknown as ClaudeCounts;

export const plus = (a: ClaudeCounts, b: ClaudeCounts) => combine(a, b, (x, y) => x + y);
/** `a` minus `b`, but not below 0. */
export const minus = (a: ClaudeCounts, b: ClaudeCounts) =>
  combine(a, b, (x, y) => Math.max(0, x - y));

const isEmpty = (counts: ClaudeCounts) => kinds.every((kind) => !counts[kind]);
/** Whether only output counts are left: then the calls are known, but not how much they wrote. */
export const isOutput = ({ input, read, written }: ClaudeCounts) => !input && !read && !written;

/** The usage of a result that its messages did not report. */
export interface TurnUsage {
  /** Adds the usage of a message. `isMain`: it belongs to the main agent. */
  add(model: string | undefined, counts: ClaudeCounts, isMain: boolean): void;
  /**
   * Output of the main agent that no message reported. While a message streams, its counts are those of its
   * start, and only the result has the correct ones.
   */
  missingOutput(result: JsonObject): ClaudeCounts | undefined;
  /** Usage of models that no message reported: calls within the program, and output of subagents. */
  rest(result: JsonObject): readonly ModelRest[];
}

/** Usage of a model that no message reported. */
export interface ModelRest {
  readonly model: string;
  readonly counts: ClaudeCounts;
  /** Whether the model of a message is this one. */
  isOf(model: string | undefined): boolean;
}

/** `isResumed`: the first result also counts turns before this query, so its usage is unknown. */
export function createTurnUsage(isResumed: boolean): TurnUsage {
  let main = nothing;
  let told = new Map<string | undefined, ClaudeCounts>();
  let before: ReadonlyMap<string, ClaudeCounts> | undefined = isResumed ? undefined : new Map();
  return {
    add(model, counts, isMain) {
      if (isMain) main = plus(main, counts);
      told.set(model, plus(told.get(model) ?? nothing, counts));
    },
    missingOutput({ usage }) {
      const left = isRawObject(usage) ? minus(readCounts(usage, 'usage'), main) : nothing;
      main = nothing;
      return isOutput(left) && left.output ? left : undefined;
    },
    rest({ modelUsage }) {
      if (!isRawObject(modelUsage)) return [];
      const totals = new Map(
        Object.entries(modelUsage).flatMap(([model, usage]) =>
          isRawObject(usage) ? [[model, countsOf(usage)] as const] : [],
        ),
      );
      const [earlier, turn] = [before, told];
      before = totals;
      told = new Map();
      const names = [...turn.keys()];
      const keyOf = (model: string | undefined) =>
        [...totals.keys()].find((key) => isSame(key, model, modelUsage));
      // If a message's model is not among them, its tokens may be under any name.
      if (earlier === undefined || names.some((name) => keyOf(name) === undefined)) return [];
      return [...totals].flatMap(([key, counts]) => {
        const heard = names
          .filter((name) => keyOf(name) === key)
          .reduce((sum, name) => plus(sum, turn.get(name) ?? nothing), nothing);
        const left = minus(minus(counts, earlier.get(key) ?? nothing), heard);
        if (isEmpty(left)) return [];
        const isOf = (model: string | undefined) => keyOf(model) === key;
        return [{ model: key.replace(/\[.*\]$/, ''), counts: left, isOf }];
      });
    },
  };
}

/** A model's key may be its short name, or have the size of its context as a suffix. */
function isSame(key: string, model: string | undefined, modelUsage: JsonObject): boolean {
  if (model === undefined) return false;
  const name = key.replace(/\[.*\]$/, '');
  const usage = modelUsage[key];
  const canonical = isRawObject(usage) ? usage.canonicalModel : undefined;
  return model === name || model === canonical || model.startsWith(`${name}-`);
}

function countsOf(usage: JsonObject): ClaudeCounts {
  const count = (name: string) => countAt(usage, name, 'modelUsage') ?? null;
  return {
    input: count('inputTokens'),
    read: count('cacheReadInputTokens'),
    written: count('cacheCreationInputTokens'),
    hour: count('cacheCreationEphemeral1hInputTokens'),
    output: count('outputTokens'),
    thinking: count('thinkingTokens'),
  };
}
