import type { Command } from 'commander';
import { InvalidAlertError } from '../../alerts/send/alert-errors.js';
import { InvalidBudgetError } from '../../budgets/budget-errors.js';
import { ConfigError } from '../../environment/config.js';
import { RunfoldError } from '../../environment/runfold-error.js';
import type { EventFault } from '../../events/fault.js';
import { metricFields } from '../../events/metric-fields.js';
import { QueueUnavailableError, textOfUnavailable } from '../../ingest/producer-errors.js';
import { InvalidAddressError } from '../../postgres/address.js';
import { InvalidCursorError, InvalidQueryError } from '../../query/query-errors.js';
import { explainDatabaseError } from '../../store/store-errors.js';
import { printableLines } from '../output/printable.js';

/** How a command ends: success, failure of the work or the check, or a usage error. */
export const exitCodes = { ok: 0, failed: 1, usage: 2 } as const;

/** The command failed; the message is for the person who ran it. */
export class CommandFailedError extends RunfoldError {
  readonly code = 'command_failed';
}

/** The command was called with invalid flags, arguments or settings. */
export class UsageError extends RunfoldError {
  readonly code = 'usage';
}

/** The exit code and the text for stderr of a thrown error. */
export function describeError(
  error: unknown,
  isDebug: boolean,
  /** The command that threw it: its flags replace names of fields. */
  command?: Command,
): { exit: number; text: string } {
  const explained = nameFlag(explainDatabaseError(ofEnd(error)), command);
  const isUsage =
    explained instanceof ConfigError ||
    explained instanceof InvalidAddressError ||
    explained instanceof UsageError ||
    explained instanceof InvalidQueryError ||
    explained instanceof InvalidBudgetError ||
    explained instanceof InvalidAlertError ||
    explained instanceof InvalidCursorError;
  return {
    exit: isUsage ? exitCodes.usage : exitCodes.failed,
    text: printableLines(textOf(explained, isDebug)),
  };
}

/** The error of a command that ends: its producer sends nothing any more. */
function ofEnd(error: unknown): unknown {
  if (!(error instanceof QueueUnavailableError)) return error;
  const end = 'Send them again: an event that is stored already does not change.';
  return new CommandFailedError(textOfUnavailable(error, end), { cause: error });
}

/** The flags for fields of a query whose name is another; of several, the one that was given. */
const flagsOf: Readonly<Record<string, readonly string[]>> = {
  order_by: ['--order-by', '--figure', '--by'],
  group_by: ['--by'],
  time_zone: ['--tz', '--time-zone'],
  bucket: ['--bucket', '--from', '--since'],
  from: ['--from', '--since'],
};

/** The faults of an error that names fields; undefined for others. */
function faultsOf(error: unknown): readonly EventFault[] | undefined {
  if (error instanceof InvalidQueryError || error instanceof InvalidCursorError) return [error];
  if (error instanceof InvalidBudgetError || error instanceof InvalidAlertError)
    return error.faults;
  return undefined;
}

/** An error of a query with the flag instead of the field, which only programs know. */
function nameFlag(error: unknown, command: Command | undefined): unknown {
  const faults = faultsOf(error);
  if (faults === undefined || command === undefined) return error;
  const flags = faults.map(({ field }) => flagOf(field, command));
  if (flags.every((flag) => flag === undefined)) return error;
  const lines = faults.map(({ field, expected, got }, at) => {
    const isOfUsage = /^(group_by|order_by|figures)$/.test(field);
    const text = `expected ${expected}, got ${got}.`;
    return `${flags[at] ?? field}: ${isOfUsage ? nameGroups(text) : text}`;
  });
  return new UsageError(lines.join('\n'), { cause: error });
}

/** The fields by which usage is grouped and filtered, with the names that flags have for them. */
const nameGroups = (text: string) =>
  text.replace(/\b(agent|tool|team|workflow|user)_(id|name)\b/g, '$1');

/** The flag of a command that sets a field. */
function flagOf(field: string, command: Command): string | undefined {
  // The last name of `estimate.cost`, the first of `at.1`.
  const own = field.replace(/^estimate\.|\.\d+$/g, '');
  const name = `--${own.replaceAll('_', '-')}`;
  const names = flagsOf[own] ?? [name, name.replace(/-(id|name)$/, ''), `--no-${name.slice(2)}`];
  const options = names.flatMap((one) => command.options.filter(({ long }) => long === one));
  const given = options.find(
    (option) => command.getOptionValueSource(option.attributeName()) === 'cli',
  );
  const flag = given ?? options.find((option) => option.defaultValue !== undefined) ?? options[0];
  if (flag !== undefined) return flag.long;
  const sets = command.options.some(({ long }) => long === '--set');
  return sets && metricFields.some((metric) => metric.name === own) ? `--set ${own}` : undefined;
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
  const hint = isOurs
    ? []
    : ['Run the command again with --log-level debug to see where it happened.'];
  return [...lines.map((line) => `error: ${line}`), ...hint].join('\n');
}
