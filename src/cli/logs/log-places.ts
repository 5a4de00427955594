import { existsSync } from 'node:fs';
import { homedir } from 'node:os';
import { readForeignVariables } from '../../environment/config.js';
import type { LogFormat } from '../../ingest/formats/log/log-format.js';
import { logFormats } from '../../ingest/formats/log-formats.js';
import type { LogPlace } from '../../logs/files/find-logs.js';
import { UsageError } from '../command/command-error.js';
import type { Io } from '../io/io.js';

type LogIo = Pick<Io, 'env' | 'locate'>;

/** The default places of a format's logs for the user of the command. */
const rootsOf = ({ env }: LogIo, format: LogFormat) =>
  format.roots(env.HOME || homedir(), readForeignVariables(env));

/** Names for several formats. */
export const formatGroups = {
  agents: 'the logs of all agents, in their default places',
  auto: 'any format, detected from the first lines of each file',
} as const;

/** The values of `--format` for logs. */
export const logFormatNames = [...logFormats.map(({ name }) => name), ...Object.keys(formatGroups)];

/** The formats of a name. */
export function formatsNamed(name: string): readonly LogFormat[] {
  if (name === 'auto') return logFormats;
  if (name === 'agents') return logFormats.filter(({ isAgent }) => isAgent);
  return logFormats.filter((format) => format.name === name);
}

/**
 * The places of logs: the given paths, or each format's default places.
 * @throws UsageError if there is no place
 */
export function logPlaces(io: LogIo, paths: readonly string[], name: string): readonly LogPlace[] {
  const formats = formatsNamed(name);
  if (paths.length > 0) {
    return paths.flatMap((path) => formats.map((format) => ({ path: io.locate(path), format })));
  }
  const places = formats.flatMap((format) => rootsOf(io, format).map((path) => ({ path, format })));
  if (name === 'auto' || places.length === 0) {
    throw new UsageError(`--format ${name}: expected a path; there is no default place.`);
  }
  const there = places.filter(({ path }) => existsSync(path));
  if (there.length > 0) return there;
  throw new UsageError(
    `Found no logs of ${name}. Looked for ${places.map(({ path }) => path).join(', ')}.`,
  );
}

/**
 * The places where logs of several formats are followed. Folders that do not exist yet are checked repeatedly.
 * @throws UsageError if a format has no default place and no path is given
 */
export function watchPlaces(
  io: LogIo,
  paths: readonly string[],
  names: readonly string[],
): readonly LogPlace[] {
  return names.flatMap((name) => {
    if (paths.length > 0) return logPlaces(io, paths, name);
    const places = formatsNamed(name).flatMap((format) =>
      rootsOf(io, format).map((path) => ({ path, format })),
    );
    if (places.length > 0) return places;
    throw new UsageError(`--format ${name}: expected a path; there is no default place.`);
  });
}

/** Names of formats, separated by commas. @throws UsageError for an unknown name */
export function readFormats(text: string): readonly string[] {
  const names = text.split(',').map((name) => name.trim());
  const known = [...logFormats.map(({ name }) => name), 'agents'];
  const unknown = names.find((name) => !known.includes(name));
  if (unknown === undefined) return names;
  throw new UsageError(`--watch: expected any of ${known.join(', ')}.`);
}
