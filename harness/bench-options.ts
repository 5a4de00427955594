import { type ParseArgsConfig, parseArgs } from 'node:util';

/** Reports a usage error, and exits with 2. */
export function refuse(text: string): never {
  console.error(text);
  process.exit(2);
}

/**
 * Reads the command line, which only has options with `--`. Prints the help and exits with 0 if
 * asked to. Exits with 2 on an unknown option.
 */
export function readCommandLine<Config extends ParseArgsConfig>(config: Config, help: string) {
  const { argv } = process;
  if (argv.slice(2).some((argument) => argument === '--help' || argument === '-h')) {
    console.log(help.trimEnd());
    process.exit(0);
  }
  try {
    return parseArgs(config);
  } catch (error) {
    const [reason] = (error instanceof Error ? error.message : String(error)).split('. ');
    return refuse(`error: ${reason}.\n\n${help.trimEnd()}`);
  }
}

/** Reads a number of at least `least`. Exits with 2 if it is invalid. */
export function readNumber(
  flag: string,
  text: string,
  least: number,
  kind: 'whole' | 'any' = 'whole',
): number {
  const value = text.trim() === '' ? Number.NaN : Number(text);
  if (Number.isFinite(value) && value >= least && (kind === 'any' || Number.isInteger(value))) {
    return value;
  }
  const noun = kind === 'whole' ? 'an integer' : 'a number';
  return refuse(`error: ${flag}: expected ${noun} from ${least}, got ${JSON.stringify(text)}.`);
}
