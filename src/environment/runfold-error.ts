/**
 * The parent of every error that Runfold throws on purpose. `code` is stable: programs branch on it, and
 * people read the message. Errors without this parent are faults of a server, of the machine or of ours.
 */
export abstract class RunfoldError extends Error {
  /** Which error it is, such as `buffer_full`. */
  abstract readonly code: string;
}
