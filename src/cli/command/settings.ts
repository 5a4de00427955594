import type { Command } from 'commander';
import { type Config, readConfig } from '../../environment/config.js';
import { variables } from '../../environment/variable-schemas.js';
import type { TierOptions } from '../../tier.js';
import { ioOf } from '../io/io.js';
import { UsageError } from './command-error.js';
import { settingFlags } from './setting-flags.js';

type FlagName = (typeof settingFlags)[number]['name'];
type Given = { readonly [N in FlagName]?: string };

/** The settings of a command: the environment, overridden by the flags. */
export interface Settings extends Config {
  /** The flags that the user passed. */
  readonly given: Given;
}

/**
 * Reads the environment and the flags, which override it. `--dir` names an embedded store, so it overrides
 * the variables of the other tiers.
 * @throws ConfigError or UsageError with every fault
 */
export function readSettings(command: Command): Settings {
  const io = ioOf(command);
  const given = command.optsWithGlobals<Given>();
  const faults: string[] = [];
  for (const { name, flag, variable } of settingFlags) {
    if (given[name] === undefined) continue;
    const result = variables[variable].schema.safeParse(given[name]);
    if (!result.success) {
      // A URL may contain a password, which messages never repeat.
      const got = /_URL$/.test(variable) ? '' : `, got ${JSON.stringify(given[name])}`;
      faults.push(`${flag.split(' ')[0]}: expected ${result.error.issues[0]?.message}${got}.`);
    }
  }
  if (given.dir !== undefined && (given.databaseUrl ?? given.redisUrl) !== undefined) {
    faults.push(
      '--dir: not allowed with --database-url or --redis-url; it names an embedded store.',
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
