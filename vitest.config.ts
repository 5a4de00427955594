import { defineConfig } from 'vitest/config';
import { BaseSequencer, type TestSpecification } from 'vitest/node';

/** What takes longest, for a machine that has no record of earlier runs. */
const longest = ['test/bench', 'test/worker/crash', 'test/docs', 'test/chaos', 'test/cli/up'];

/** Lets what takes longest begin first, so that at the end no core waits for another one's file. */
class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const place = ({ moduleId }: TestSpecification) => {
      const at = longest.findIndex((name) => moduleId.includes(`${name}.test.`));
      return at < 0 ? longest.length : at;
    };
    return (await super.sort(files)).sort((a, b) => place(a) - place(b));
  }
}

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    globalSetup: ['harness/global-setup.ts'],
    testTimeout: 120_000,
    hookTimeout: 120_000,
    pool: 'forks',
    // One more than the smallest machine has cores: much of the time a file waits for a server.
    maxWorkers: 3,
    // The tests run what ships: `#runfold/*` is the built output, loaded by Node itself.
    server: { deps: { external: [/\/dist\//] } },
    sequence: { sequencer: LongestFirst },
  },
});
