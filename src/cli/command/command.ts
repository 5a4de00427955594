import { Command, type OutputConfiguration } from 'commander';
import type { Logger } from 'pino';
import { type Io, ioOf } from '../io/io.js';
import { printableLines } from '../output/printable.js';
import { openTerminal, type Terminal } from '../output/terminal.js';
import { openLog } from './log.js';
import { environmentHelp, readSettings, type Settings } from './settings.js';

/** What every command works with. */
export interface CommandContext {
  readonly io: Io;
  readonly settings: Settings;
  readonly terminal: Terminal;
  readonly log: Logger;
}

/** A command's name and help. */
export interface CommandHelp {
  readonly name: string;
  readonly summary: string;
  /** What it does, in a few sentences; follows the summary. */
  readonly details?: string;
  readonly examples: readonly string[];
}

/** A command that takes the settings and ends in one way: by throwing. */
export function createCommand(help: CommandHelp): Command {
  const { name, summary, details, examples } = help;
  const command: Command = bare(name)
    .summary(summary.charAt(0).toLowerCase() + summary.slice(1))
    .description(details === undefined ? `${summary}.` : `${summary}. ${details}`)
    .addHelpText('after', () => {
      const lines = examples.map((example) => `  $ ${example}`);
      return `\nExamples:\n${lines.join('\n')}\n\n${environmentHelp(command)}`;
    });
  return command;
}

/** A command that only holds others. */
export function createCommandGroup(
  name: string,
  summary: string,
  commands: readonly Command[],
): Command {
  const group = bare(name)
    .summary(summary.charAt(0).toLowerCase() + summary.slice(1))
    .description(`${summary}.`);
  for (const command of commands) {
    command.showHelpAfterError(`(see "runfold ${name} ${command.name()} --help")`);
    group.addCommand(command);
  }
  return group.addHelpText(
    'after',
    `\nRun "runfold ${name} <command> --help" for the options and examples of one.`,
  );
}

function bare(name: string): Command {
  const command = new Command(name);
  return command
    .exitOverride()
    .helpCommand(false)
    .showHelpAfterError(`(see "runfold ${name} --help")`)
    .configureOutput(commandOutput(command));
}

/** Has the texts of commander itself go where those of the command go. */
export function commandOutput(command: Command): OutputConfiguration {
  return {
    writeOut: (text) => void ioOf(command).stdout.write(text),
    writeErr: (text) => void ioOf(command).stderr.write(text),
    outputError: (text, write) => write(printableLines(text)),
    getOutHelpWidth: () => ioOf(command).stdout.columns ?? 80,
    getErrHelpWidth: () => ioOf(command).stderr.columns ?? 80,
    getOutHasColors: () => ioOf(command).is_colored,
    getErrHasColors: () => ioOf(command).is_colored,
  };
}

/**
 * Reads the settings of a command. Those that work once and end keep quiet at the default log
 * level: their result says enough.
 */
export function openContext(command: Command, kind: 'service' | 'once'): CommandContext {
  const settings = readSettings(command);
  const io = ioOf(command);
  const terminal = openTerminal(io);
  const isDefault = settings.given.logLevel === undefined && settings.log_level === 'info';
  const level = kind === 'once' && isDefault ? 'warn' : settings.log_level;
  const log = openLog(level, terminal);
  for (const warning of settings.warnings) {
    if (kind === 'service') log.warn(warning);
    else terminal.note(`warning: ${warning}`);
  }
  return { io, settings, terminal, log };
}
