import { join, relative, sep } from 'node:path';
import { defineConfig, type TestUserConfig } from 'vitest/config';
import { BaseSequencer, type TestSpecification } from 'vitest/node';
import { durationOf, recordDurations } from './harness/durations.js';
import { listFiles } from './harness/list-files.js';
import { longestFirst } from './harness/longest-first.js';
import { startsProcesses } from './harness/starts-processes.js';

class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    return longestFirst(files, ['bench', 'apart', 'process', 'inside'], durationOf());
  }
}

// The tests against real frameworks have a configuration of their own: `npm run test:emitters`.
const files = listFiles(join(import.meta.dirname, 'test'), '.test.ts')
  .map((file) => relative(import.meta.dirname, file))
  .filter((name) => !name.startsWith(join('test', 'emitters') + sep));

/** Folders whose files leave nothing behind in the process that runs them, although they start others. */
const sharing = ['alerts', 'cli', 'deploy', 'embedded', 'harness', 'http'].map(
  (folder) => join('test', folder) + sep,
);
const shares = (file: string) => sharing.some((folder) => file.startsWith(folder));

/** Every benchmark at a tiny size. */
const benchmarks = join('test', 'bench.test.ts');

/** What holds for the tests of all projects. */
const shared: TestUserConfig = {
  // For what never ends. No test waits so long for anything, however busy the machine is.
  testTimeout: 240_000,
  setupFiles: ['harness/cpu-time.ts'],
  // Real servers and a browser on a machine that others use: what fails twice is red. A retry is reported.
  retry: process.env.CI === undefined ? 0 : 1,
  hookTimeout: 240_000,
  expect: { poll: { timeout: 60_000 } },
  pool: 'forks',
  // The tests run what ships: `#runfold/*` is the built output, loaded by Node itself.
  server: { deps: { external: [/\/dist\//] } },
};

export default defineConfig({
  test: {
    // Here only: a project that inherits it runs it once more, with a template of its own.
    globalSetup: ['harness/global-setup.ts'],
    // One more than the smallest machine has cores: much of the time a file waits for a server.
    maxWorkers: 3,
    sequence: { sequencer: LongestFirst },
    reporters: ['default', recordDurations()],
    projects: [
      {
        test: {
          ...shared,
          name: 'apart',
          include: files.filter(
            (file) => startsProcesses(file) && !shares(file) && file !== benchmarks,
          ),
        },
      },
      {
        test: {
          ...shared,
          name: 'process',
          include: files.filter((file) => startsProcesses(file) && shares(file)),
          // Loading the modules again took 1.6 to 2.7 s of CPU per file.
          isolate: false,
        },
      },
      // It guards the benchmarks, not the product: `npm test` leaves it out, `.ci/run` does not.
      { test: { ...shared, name: 'bench', include: [benchmarks] } },
      {
        test: {
          ...shared,
          name: 'inside',
          include: files.filter((file) => !startsProcesses(file)),
          // Nothing of a file stays behind, so its modules may: each is loaded once a worker.
          isolate: false,
        },
      },
    ],
  },
});
