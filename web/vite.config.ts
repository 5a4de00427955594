import { defineConfig } from 'vite';

/** The address of the API for `npm run web`. */
const service = process.env.RUNFOLD_URL ?? 'http://127.0.0.1:8580';
const proxied = { target: service, changeOrigin: true, headers: { origin: service } };

/** What every screen has around it, and what Overview shows at first. */
const isOfFirstView = (id: string) =>
  /node_modules|rolldown\/runtime|web\/(address|figure|style)\/|main\.tsx|web\/screens\.tsx/.test(
    id,
  ) ||
  /ask\/(asking|find|lists|live|preferences|proof|service|usage|values)\./.test(id) ||
  /chart\/(chart-axes|chart-paths|meter|picture|scale|spark|stretch|time-chart)\./.test(id) ||
  /part\/(badge|bar|card|change|copy|data-table|dialog|dot|filter-bar|filter-words|find|given|icons|keys|later|menu|popover|range-picker|segments|shell|total-cells)\./.test(
    id,
  ) ||
  /overview\/(key-table|label-choice|metrics|overview|sessions-card|split-card|split-data|split-sql|tiles|tools-card)\./.test(
    id,
  ) ||
  /\/src\/(client|environment)/.test(id);

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
    rolldownOptions: {
      output: {
        // Screens that lead to each other come together: small files pack badly, and each is one request more.
        codeSplitting: {
          groups: [
            { name: 'base', test: isOfFirstView, priority: 2 },
            { name: 'parts', test: /web\/(part|ask|chart)\//, priority: 1, minShareCount: 2 },
            { name: 'control', test: /screen\/(budgets|budget|alerts)\// },
            { name: 'store', test: /screen\/(health|rejects|keys|projects|settings)\// },
            { name: 'lists', test: /screen\/(sessions|session|runs|run)\// },
            { name: 'breakdown', test: /screen\/breakdown\// },
          ],
        },
      },
    },
  },
});
