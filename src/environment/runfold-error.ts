/**
 * The parent class of every error that Runfold throws on purpose. `code` is stable, for programs; the message is
 * for people. Other errors are failures of a server or of the machine, or bugs in Runfold.
 */
export abstract class RunfoldError extends Error {
  /** The kind of error, such as `buffer_full`. */
  abstract readonly code: string;
}
