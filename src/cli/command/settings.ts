import type { Command } from 'commander';
import { type Config, readConfig } from '../../environment/config.js';
import { variables } from '../../environment/variable-schemas.js';
import type { TierOptions } from '../../tier.js';
import { ioOf } from '../io/io.js';
import { UsageError } from './command-error.js';
import { settingFlags } from './setting-flags.js';

type FlagName = (typeof settingFlags)[number]['name'];
type Given = { readonly [N in FlagName]?: string };

/** What a command goes by: the environment, and over it the flags. */
export interface Settings extends Config {
  /** The flags that were given. */
  readonly given: Given;
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
  for (const { name, flag, variable } of settingFlags) {
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
  const overrides = Object.fromEntries(
    settingFlags.map(({ name, variable }) => [variable, given[name]]),
  );
  const config = readConfig(io.env, { ...overrides, ...aside });
  return { ...config, dir: io.locate(config.dir), given };
}

/** The tier that the settings name. */
export function tierOptions(settings: Settings, role: string): TierOptions {
  const { database_url, redis_url, redis_prefix, redis_queues, dir } = settings;
  return { database_url, redis_url, redis_prefix, redis_queues, dir, role };
}
