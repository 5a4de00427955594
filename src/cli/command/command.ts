import type { Command } from 'commander';
import type { Logger } from 'pino';
import { type Io, ioOf } from '../io/io.js';
import { openTerminal, type Terminal } from '../output/terminal.js';
import { asSummary, bareCommand } from './bare-command.js';
import { openLog } from './log.js';
import { commonVariablesHelp } from './setting-flags.js';
import { readSettings, type Settings } from './settings.js';
import { type CommandName, summaries } from './summaries.js';

/** The context of every command. */
export interface CommandContext {
  readonly io: Io;
  readonly settings: Settings;
  readonly terminal: Terminal;
  readonly log: Logger;
}

/** A command's name and help. */
export type CommandHelp = HelpTexts &
  (
    | { readonly name: CommandName; readonly summary?: undefined }
    /** The summary of a command in a group. */
    | { readonly name: string; readonly summary: string }
  );

interface HelpTexts {
  /** What it does, in a few sentences, shown after the summary. */
  readonly details?: string;
  readonly examples: readonly string[];
}

/** A command that takes the settings. It never exits by itself: it throws. */
export function createCommand(help: CommandHelp): Command {
  const { name, details, examples } = help;
  const summary = help.summary ?? summaries[help.name];
  const command: Command = bareCommand(name)
    .summary(asSummary(summary))
    .description(details === undefined ? `${summary}.` : `${summary}. ${details}`)
    .addHelpText('after', () => {
      const lines = examples.map((example) => `  $ ${example}`);
      return `\nExamples:\n${lines.join('\n')}\n\n${commonVariablesHelp(command)}`;
    });
  return command;
}

/** A group of commands. */
export function createCommandGroup(name: CommandName, commands: readonly Command[]): Command {
  const summary = summaries[name];
  const group = bareCommand(name).summary(asSummary(summary)).description(`${summary}.`);
  for (const command of commands) {
    command.showHelpAfterError(`(see "runfold ${name} ${command.name()} --help")`);
    group.addCommand(command);
  }
  return group.addHelpText(
    'after',
    `\nRun "runfold ${name} <command> --help" for the options and examples of a command.`,
  );
}

/**
 * Reads the settings of a command. One-time commands log only warnings at the default log
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
