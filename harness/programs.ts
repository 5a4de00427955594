import { execFileSync } from 'node:child_process';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { type RunningProcess, type StartOptions, startNode } from './processes.js';

/** The repository. This file may run as it is or compiled, so its own path does not tell. */
export const packageFolder = dirname(
  createRequire(import.meta.url).resolve('runfold/package.json'),
);

/** The program behind the command `runfold`, as it was built. */
export const commandLineProgram = join(packageFolder, 'dist/cli/main.js');

/** Compiles the programs of bench and chaos. Their types are checked elsewhere. */
export function compilePrograms(): void {
  const compiler = join(packageFolder, 'node_modules/typescript/bin/tsc');
  execFileSync(process.execPath, [compiler, '-p', 'tsconfig.programs.json'], {
    cwd: packageFolder,
    stdio: 'inherit',
  });
}

/**
 * Starts a program of bench or chaos, such as `bench/processes/emit`. It was compiled before, by
 * `npm run programs` or the set-up of the tests: to compile it at each start takes longer than it runs.
 */
export function startProgram(
  name: string,
  args: readonly string[] = [],
  options: StartOptions = {},
): RunningProcess {
  return startNode([join(packageFolder, '.programs', `${name}.js`), ...args], options);
}
