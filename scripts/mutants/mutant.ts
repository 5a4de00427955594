/** A place in the source that is broken on purpose. Some test should notice. */
export interface Mutant {
  /** What is broken, in a few words. Unique. */
  readonly name: string;
  /** From the root of the repository. */
  readonly file: string;
  /** The original text. It must occur exactly once. */
  readonly text: string;
  readonly instead: string;
  /**
   * The test files that should notice. With `only`, just their tests with these words in the name.
   */
  readonly tests: readonly string[];
  readonly only?: string;
}

/** Breaks of one file that the same tests notice. */
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
