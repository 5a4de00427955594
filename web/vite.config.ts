import { defineConfig } from 'vite';

/** The address of the API for `npm run web`. */
const service = process.env.RUNFOLD_URL ?? 'http://127.0.0.1:8580';
const proxied = { target: service, changeOrigin: true, headers: { origin: service } };

export default defineConfig({
  base: '/',
  oxc: { jsx: { runtime: 'automatic', importSource: 'preact' } },
  server: {
    proxy: { '/v1': proxied, '/docs': proxied, '/openapi.json': proxied, '/metrics': proxied },
  },
  build: {
    target: ['chrome123', 'firefox128', 'safari17.5'],
    // One style sheet and plain imports: no script preloads anything, so no script writes an
    // element.
    cssCodeSplit: false,
    modulePreload: false,
    assetsInlineLimit: 0,
    reportCompressedSize: false,
  },
});
