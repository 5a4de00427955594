import { join } from 'node:path';
import { defineConfig } from 'vitest/config';

const root = join(import.meta.dirname, '../..');

/** The tests with real frameworks, which are installed in this folder. */
export default defineConfig({
  root: import.meta.dirname,
  // This folder is a separate package, so the imports that the root's package.json declares are
  // repeated here.
  resolve: {
    alias: [{ find: /^#runfold\/(.*)\.js$/, replacement: `${join(root, 'dist')}/$1.js` }],
  },
  test: {
    include: ['*.test.ts'],
    globalSetup: [join(root, 'harness/global-setup.ts')],
    testTimeout: 240_000,
    hookTimeout: 240_000,
    retry: process.env.CI === undefined ? 0 : 1,
    pool: 'forks',
    maxWorkers: 2,
    server: { deps: { external: [/\/dist\//] } },
  },
});
