/** The types of events. The codes are those of the log and never change. */
export const eventTypes = { message: 1, tool_call: 2, run: 3 } as const;
/** The roles of messages. */
export const roles = { assistant: 1, user: 2, system: 3, tool: 4 } as const;
/**
 * How a run ended. Of two ends at the same instant, the greater code counts: a run that was paused
 * and completed within a second is complete.
 */
export const runStatuses = { paused: 1, completed: 2, error: 3, cancelled: 4 } as const;

/** How a correction changes the pricing of its message. */
export const pricings = { first: 1 } as const;

/** What an event measured. */
export type EventType = keyof typeof eventTypes;
/** The author of a message. */
export type Role = keyof typeof roles;
/** How a run ended. */
export type RunStatus = keyof typeof runStatuses;

/** The name of a stored code; null if no name has it. */
export function nameOfCode(
  codes: Readonly<Record<string, number>>,
  stored: unknown,
): string | null {
  return Object.keys(codes).find((name) => codes[name] === stored) ?? null;
}
