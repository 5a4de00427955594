import { ConfigError } from '../../environment/config.js';
import { RunfoldError } from '../../environment/runfold-error.js';
import { explainDatabaseError } from '../../postgres/database-errors.js';
import { InvalidCursorError, InvalidQueryError } from '../../query/query-errors.js';
import { printableLines } from '../output/printable.js';

/** How a command ends: the check and the work went well, did not, or were asked for wrongly. */
export const exitCodes = { ok: 0, failed: 1, usage: 2 } as const;

/** The command could not do what it was asked; the message is for the person who asked. */
export class CommandFailedError extends RunfoldError {
  readonly code = 'command_failed';
}

/** The command was asked wrongly. */
export class UsageError extends RunfoldError {
  readonly code = 'usage';
}

/** What a thrown error means to the process: its exit code, and the text for stderr. */
export function describeError(error: unknown, isDebug: boolean): { exit: number; text: string } {
  const explained = explainDatabaseError(error);
  const isUsage =
    explained instanceof ConfigError ||
    explained instanceof UsageError ||
    explained instanceof InvalidQueryError ||
    explained instanceof InvalidCursorError;
  return {
    exit: isUsage ? exitCodes.usage : exitCodes.failed,
    text: printableLines(textOf(explained, isDebug)),
  };
}

function textOf(error: unknown, isDebug: boolean): string {
  if (!(error instanceof Error)) return `error: ${String(error)}`;
  if (isDebug) {
    const { cause } = error;
    return [
      error.stack ?? error.message,
      ...(cause instanceof Error ? [`caused by ${cause.stack}`] : []),
    ].join('\n');
  }
  const message = error.message || error.name;
  const isOurs = 'code' in error && typeof error.code === 'string' && /^[a-z_]+$/.test(error.code);
  const lines =
    error instanceof ConfigError || error instanceof UsageError
      ? message.split('\n')
      : message.split('\n').slice(0, 2);
  const hint = isOurs ? [] : ['Run again with --log-level debug for where it happened.'];
  return [...lines.map((line) => `error: ${line}`), ...hint].join('\n');
}
