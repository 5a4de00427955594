/** A place in the source, broken on purpose: some test is to notice. */
export interface Mutant {
  /** What is broken, in a few words; unique. */
  readonly name: string;
  /** From the root of the repository. */
  readonly file: string;
  /** What stands there, exactly and once. */
  readonly text: string;
  readonly instead: string;
  /** The test files that are to notice, and of these only the tests with such words in their names. */
  readonly tests: readonly string[];
  readonly only?: string;
}

/** Breaks of one file, each noticed by the same tests. */
export function breaks(
  file: string,
  tests: readonly string[],
  places: readonly (readonly [name: string, text: string, instead: string, only?: string])[],
): readonly Mutant[] {
  return places.map(([name, text, instead, only]) => ({
    name,
    file,
    text,
    instead,
    tests,
    ...(only === undefined ? {} : { only }),
  }));
}
