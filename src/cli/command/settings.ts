import { type Command, Option } from 'commander';
import { type Config, readConfig, variables } from '../../environment/config.js';
import type { TierOptions } from '../../tier.js';
import { ioOf } from '../io/io.js';
import { UsageError } from './command-error.js';

/** The flags that every command takes, each with the variable it stands in for. */
const flags = [
  { name: 'databaseUrl', flag: '--database-url <url>', variable: 'DATABASE_URL' },
  { name: 'redisUrl', flag: '--redis-url <url>', variable: 'REDIS_URL' },
  { name: 'dir', flag: '--dir <folder>', variable: 'RUNFOLD_DIR' },
  { name: 'project', flag: '--project <number>', variable: 'RUNFOLD_PROJECT' },
  { name: 'logLevel', flag: '--log-level <level>', variable: 'RUNFOLD_LOG_LEVEL' },
] as const;

type FlagName = (typeof flags)[number]['name'];
type Given = { readonly [N in FlagName]?: string };

/** What a command goes by: the environment, and over it the flags. */
export interface Settings extends Config {
  /** The flags that were given. */
  readonly given: Given;
}

/** Adds the flags that every command takes to a command, or to those that it holds. */
export function addSettings(command: Command): Command {
  if (command.commands.length > 0) for (const inner of command.commands) addSettings(inner);
  // Help belongs to the same group: a command without options of its own has no other.
  command.addHelpOption(new Option('-h, --help', 'show this help').helpGroup(everyCommand));
  const isInner = command.parent !== null;
  if (isInner && command.commands.length > 0) return command;
  for (const { flag, variable } of flags) {
    command.addOption(new Option(flag, `overrides ${variable}`).helpGroup(everyCommand));
  }
  return command;
}

const everyCommand = 'Options of every command:';

/** The variables, for the end of a command's help. */
export function environmentHelp(command: Command): string {
  const help = command.createHelp();
  help.prepareContext({ helpWidth: Math.min(100, ioOf(command).stdout.columns ?? 80) });
  const width = Math.max(...Object.keys(variables).map((name) => name.length));
  const lines = Object.entries(variables).map(([name, { doc }]) =>
    help.formatItem(name, width, doc, help),
  );
  return ['Environment variables:', ...lines].join('\n');
}

/**
 * Reads the environment and, over it, the flags. `--dir` names an embedded store, and so sets the
 * variables of the other tiers aside.
 * @throws ConfigError or UsageError with every fault.
 */
export function readSettings(command: Command): Settings {
  const io = ioOf(command);
  const given = command.optsWithGlobals<Given>();
  const faults: string[] = [];
  for (const { name, flag, variable } of flags) {
    if (given[name] === undefined) continue;
    const result = variables[variable].schema.safeParse(given[name]);
    // The value is not repeated: a URL may hold a password.
    if (!result.success) {
      faults.push(`${flag.split(' ')[0]}: expected ${result.error.issues[0]?.message}.`);
    }
  }
  if (given.dir !== undefined && (given.databaseUrl ?? given.redisUrl) !== undefined) {
    faults.push(
      '--dir: expected no --database-url or --redis-url beside it; it names an embedded store.',
    );
  }
  if (faults.length > 0) throw new UsageError(faults.join('\n'));
  const aside = given.dir === undefined ? {} : { DATABASE_URL: '', REDIS_URL: '' };
  const overrides = Object.fromEntries(flags.map(({ name, variable }) => [variable, given[name]]));
  const config = readConfig(io.env, { ...overrides, ...aside });
  return { ...config, dir: io.locate(config.dir), given };
}

/** The tier that the settings name. */
export function tierOptions(settings: Settings, role: string): TierOptions {
  const { database_url, redis_url, redis_prefix, dir } = settings;
  return { database_url, redis_url, redis_prefix, dir, role };
}
