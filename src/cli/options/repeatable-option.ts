import { Option } from 'commander';

/** An option that may be repeated, each time with one value. */
export function repeatable(flags: string, description: string): Option {
  return new Option(flags, `${description}; may be given several times`).argParser(
    (value: string, before: readonly string[] | undefined) => [...(before ?? []), value],
  );
}
