/** A subagent: its type, and the turn that it was started in. */
export interface CopilotSubagent {
  readonly name?: string | undefined;
  readonly parent?: string | undefined;
}

/** The subagents of a session. Their number is limited: the oldest is forgotten first. */
export interface CopilotSubagents {
  start(id: string | undefined, subagent: CopilotSubagent): void;
  get(id: string): CopilotSubagent | undefined;
  /** For a checkpoint. */
  save(): readonly (readonly [string, CopilotSubagent])[];
}

const mostSubagents = 128;

export function copilotSubagents(saved: unknown): CopilotSubagents {
  const subagents = new Map(
    Array.isArray(saved) ? (saved as readonly (readonly [string, CopilotSubagent])[]) : [],
  );
  return {
    start(id, subagent) {
      if (id === undefined) return;
      subagents.set(id, subagent);
      const [oldest] = subagents.keys();
      if (subagents.size > mostSubagents && oldest !== undefined) subagents.delete(oldest);
    },
    get: (id) => subagents.get(id),
    save: () => [...subagents],
  };
}
