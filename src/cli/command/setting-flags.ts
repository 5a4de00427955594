import { type Command, Option } from 'commander';
import { type VariableName, variableMeanings } from '../../environment/variables.js';
import { ioOf } from '../io/io.js';

/** The flags that every command takes, each with the variable that it overrides. */
export const settingFlags = [
  { name: 'databaseUrl', flag: '--database-url <url>', variable: 'DATABASE_URL' },
  { name: 'redisUrl', flag: '--redis-url <url>', variable: 'REDIS_URL' },
  { name: 'dir', flag: '--dir <folder>', variable: 'RUNFOLD_DIR' },
  { name: 'project', flag: '--project <number>', variable: 'RUNFOLD_PROJECT' },
  { name: 'logLevel', flag: '--log-level <level>', variable: 'RUNFOLD_LOG_LEVEL' },
] as const;

/** Adds these flags to a command, or to the commands of a group. */
export function addSettings(command: Command): Command {
  if (command.commands.length > 0) for (const inner of command.commands) addSettings(inner);
  // Help is in the same group: a command without options of its own has no other group.
  command.addHelpOption(new Option('-h, --help', 'show this help').helpGroup(everyCommand));
  const isInner = command.parent !== null;
  if (isInner && command.commands.length > 0) return command;
  for (const { flag, variable } of settingFlags) {
    command.addOption(new Option(flag, `overrides ${variable}`).helpGroup(everyCommand));
  }
  return command;
}

const everyCommand = 'Options of every command:';

/** All environment variables, shown at the end of the help of the program. */
export function allVariablesHelp(program: Command): string {
  return variablesHelp(program, Object.keys(variableMeanings) as VariableName[]);
}

/** The environment variables that every command reads, shown at the end of the help of each. */
export function commonVariablesHelp(command: Command): string {
  const names = settingFlags.map(({ variable }) => variable);
  return `${variablesHelp(command, names)}\n"runfold --help" lists all of them.`;
}

function variablesHelp(command: Command, names: readonly VariableName[]): string {
  const help = command.createHelp();
  help.prepareContext({ helpWidth: Math.min(100, ioOf(command).stdout.columns ?? 80) });
  const width = Math.max(...names.map((name) => name.length));
  const lines = names.map((name) => help.formatItem(name, width, variableMeanings[name], help));
  return ['Environment variables:', ...lines].join('\n');
}
