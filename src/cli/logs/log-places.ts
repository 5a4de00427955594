import { existsSync } from 'node:fs';
import { homedir } from 'node:os';
import { readForeignVariables } from '../../environment/config.js';
import type { LogFormat } from '../../ingest/formats/log/log-format.js';
import { logFormats } from '../../ingest/formats/log-formats.js';
import type { LogPlace } from '../../logs/files/find-logs.js';
import { UsageError } from '../command/command-error.js';
import type { Io } from '../io/io.js';

type LogIo = Pick<Io, 'env' | 'locate'>;

/** Where the logs of a format lie for whoever runs the command. */
const rootsOf = ({ env }: LogIo, format: LogFormat) =>
  format.roots(env.HOME || homedir(), readForeignVariables(env));

/** Names that stand for several formats. */
export const formatGroups = {
  agents: 'every log of an agent that is where it lies by default',
  auto: 'whatever the first lines of each file say',
} as const;

/** What `--format` takes for logs. */
export const logFormatNames = [...logFormats.map(({ name }) => name), ...Object.keys(formatGroups)];

/** The formats that a name stands for. */
export function formatsNamed(name: string): readonly LogFormat[] {
  if (name === 'auto') return logFormats;
  if (name === 'agents') return logFormats.filter(({ isAgent }) => isAgent);
  return logFormats.filter((format) => format.name === name);
}

/**
 * Where to look for logs: at the paths that were given, or where each format's lie by default.
 * @throws UsageError if there is nowhere to look
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
    `Expected logs of ${name}, got none. Looked for ${places.map(({ path }) => path).join(', ')}.`,
  );
}

/**
 * Where to follow logs of several formats. Folders that are not there yet are looked for again and again.
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

/** Names of formats, separated by commas. @throws UsageError for one that is none */
export function readFormats(text: string): readonly string[] {
  const names = text.split(',').map((name) => name.trim());
  const known = [...logFormats.map(({ name }) => name), 'agents'];
  const unknown = names.find((name) => !known.includes(name));
  if (unknown === undefined) return names;
  throw new UsageError(`--watch: expected any of ${known.join(', ')}.`);
}
