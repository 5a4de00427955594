import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    globalSetup: ['test/support/global-setup.ts'],
    testTimeout: 60_000,
    hookTimeout: 120_000,
    pool: 'forks',
    maxWorkers: 2,
    // The tests run what ships: `#runfold/*` is the built output, loaded by Node itself.
    server: { deps: { external: [/\/dist\//] } },
  },
});
