/**
 * Writes deploy/grafana/dashboards from the panels: `npm run dashboards`. `--check` writes nothing
 * and fails if a file is out of date.
 *
 * A Grafana dashboard is a thousand lines of JSON. A person decides only a title, a query and a
 * unit, and those are in `dashboard-panels.ts`. Format:
 * https://grafana.com/docs/grafana/latest/dashboards/build-dashboards/view-dashboard-json-model/
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  type Dashboard,
  dashboards,
  datasourceOf,
  type Panel,
  variableOf,
} from './dashboard-panels.js';

const folder = join(import.meta.dirname, '../deploy/grafana/dashboards');
const widths = { stat: 4, timeseries: 12, table: 12 } as const;
const heights = { stat: 4, timeseries: 8, table: 8 } as const;
/** Columns of Grafana's grid. */
const columns = 24;

function panelJson(
  panel: Panel,
  id: number,
  place: { x: number; y: number },
  source: Dashboard['source'],
) {
  const { kind, title, description, unit = 'short', targets } = panel;
  const datasource = datasourceOf(source);
  return {
    id,
    type: kind,
    title,
    description,
    datasource,
    gridPos: { w: widths[kind], h: heights[kind], ...place },
    fieldConfig: {
      defaults: { unit, ...(kind === 'timeseries' ? { custom: { fillOpacity: 10 } } : {}) },
      overrides: Object.entries(panel.units ?? {}).map(([name, value]) => ({
        matcher: { id: 'byName', options: name },
        properties: [{ id: 'unit', value }],
      })),
    },
    options:
      kind === 'stat'
        ? { reduceOptions: { calcs: ['lastNotNull'] }, colorMode: 'none' }
        : kind === 'timeseries'
          ? { legend: { placement: 'bottom' }, tooltip: { mode: 'multi' } }
          : {},
    targets: targets.map((target, at) => ({
      refId: String.fromCharCode(65 + at),
      datasource,
      ...(source === 'prometheus'
        ? { expr: target.query, legendFormat: target.legend ?? '__auto' }
        : {
            rawQuery: true,
            editorMode: 'code',
            rawSql: target.query,
            format: kind === 'timeseries' ? 'time_series' : 'table',
          }),
    })),
    // A row of "time, name, value" becomes one line per name.
    ...(kind === 'timeseries' && source !== 'prometheus'
      ? { transformations: [{ id: 'prepareTimeSeries', options: { format: 'multi' } }] }
      : {}),
  };
}

function dashboardJson({ uid, title, description, source, panels, variables, from }: Dashboard) {
  let [x, y, tallest] = [0, 0, 0];
  const placed = panels.map((panel, at) => {
    if (x + widths[panel.kind] > columns) [x, y, tallest] = [0, y + tallest, 0];
    const made = panelJson(panel, at + 1, { x, y }, source);
    x += widths[panel.kind];
    tallest = Math.max(tallest, heights[panel.kind]);
    return made;
  });
  return {
    uid,
    title,
    description,
    tags: ['runfold'],
    schemaVersion: 39,
    editable: true,
    time: { from, to: 'now' },
    refresh: '1m',
    timezone: 'browser',
    templating: {
      list: [
        { name: variableOf[source], type: 'datasource', query: source, label: 'Data source' },
        ...variables,
      ],
    },
    panels: placed,
  };
}

const isCheck = process.argv.includes('--check');
let isOld = false;
for (const dashboard of dashboards) {
  const path = join(folder, `${dashboard.uid}.json`);
  const text = `${JSON.stringify(dashboardJson(dashboard), undefined, 2)}\n`;
  if (!isCheck) writeFileSync(path, text);
  else if (readFileSync(path, 'utf8') !== text) {
    console.error(`${path} is out of date: run "npm run dashboards".`);
    isOld = true;
  }
}
process.exitCode = isOld ? 1 : 0;
