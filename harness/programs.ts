import { execFileSync } from 'node:child_process';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { type RunningProcess, type StartOptions, startNode } from './processes.js';

/**
 * The root of the repository. This file may run from source or compiled, so its own path does not
 * tell.
 */
export const packageFolder = dirname(
  createRequire(import.meta.url).resolve('runfold/package.json'),
);

/** The built program of the command `runfold`. */
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
 * Starts a program of bench or chaos, such as `bench/processes/emit`. It must be compiled already,
 * by `npm run programs` or the setup of the tests: compiling at each start takes longer than the
 * program runs.
 */
export function startProgram(
  name: string,
  args: readonly string[] = [],
  options: StartOptions = {},
): RunningProcess {
  return startNode([join(packageFolder, '.programs', `${name}.js`), ...args], options);
}
