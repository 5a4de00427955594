import { existsSync } from 'node:fs';
import { delimiter, dirname, join, relative, sep } from 'node:path';

/** Where a process was started. */
export interface Start {
  /** The file that Node runs, without links. */
  readonly main: string;
  /** The working directory. */
  readonly cwd: string;
  /** `PATH` of the environment. */
  readonly path: string | undefined;
}

/** What a person types to run this program in the same place: `runfold`, `npx runfold` or `node …/main.js`. */
export function programName({ main, cwd, path = '' }: Start): string {
  const binaries = join('node_modules', '.bin');
  // npm and npx add their own folders, which a terminal does not have.
  const folders = path.split(delimiter).filter((dir) => dir !== '' && !dir.endsWith(binaries));
  if (folders.some((dir) => hasProgram(dir))) return 'runfold';
  if (main.includes(`${sep}_npx${sep}`)) return 'npx runfold';
  // A clone: the folder above dist/cli/main.js.
  const own = dirname(dirname(dirname(main)));
  for (let dir = cwd; ; dir = dirname(dir)) {
    if (hasProgram(join(dir, binaries)) || dir === own) return 'npx runfold';
    if (dir === dirname(dir)) break;
  }
  const near = relative(cwd, main);
  const file = near.startsWith(join('..', '..')) ? main : near;
  return `node ${/[\s'"]/.test(file) ? JSON.stringify(file) : file}`;
}

const hasProgram = (dir: string) =>
  existsSync(join(dir, 'runfold')) || existsSync(join(dir, 'runfold.cmd'));
