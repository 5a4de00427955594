/**
 * Writes the tables of docs/events.md and docs/sql.md from the declarations: `npm run docs`.
 * `--check` writes nothing and fails when a table is out of date.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { attributeFields } from '#runfold/events/attribute-fields.js';
import { type MetricKind, metricFields } from '#runfold/events/metric-fields.js';
import type { View } from '#runfold/projections/views/view.js';
import { views } from '#runfold/projections/views/views.js';

const typeOfKind: Record<MetricKind, string> = {
  tokens: 'whole number of tokens',
  seconds: 'seconds',
  dollars: 'US dollars',
  token_map: 'object of name → tokens',
  json: 'JSON object',
};

/** A table in Markdown with its columns aligned, as the formatter wants it; the first is code. */
function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const cells = [head, ...rows.map(([first = '', ...rest]) => [`\`${first}\``, ...rest])];
  const widths = head.map((_, at) => Math.max(...cells.map((row) => row[at]?.length ?? 0)));
  const line = (row: readonly string[]) =>
    `| ${row.map((cell, at) => cell.padEnd(widths[at] ?? 0)).join(' | ')} |`;
  const [first = [], ...others] = cells;
  return [line(first), line(widths.map((width) => '-'.repeat(width))), ...others.map(line)].join(
    '\n',
  );
}

const sectionOf = ({ name, doc, columns }: View) =>
  `### \`runfold.${name}\`\n\n${doc}\n\n${table(
    ['column', 'meaning'],
    columns.map((column) => [column.name, column.doc]),
  )}`;

/** What stands in each file between `<!-- begin NAME -->` and `<!-- end NAME -->`. */
const generated: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  'events.md': {
    attributes: table(
      ['field', 'meaning'],
      attributeFields.map(({ name, doc }) => [name, doc]),
    ),
    metrics: table(
      ['field', 'type', 'meaning'],
      metricFields.map(({ name, kind, doc }) => [name, typeOfKind[kind], doc]),
    ),
  },
  'sql.md': { views: views.map(sectionOf).join('\n\n') },
};

const isCheck = process.argv[2] === '--check';
for (const [file, parts] of Object.entries(generated)) {
  const path = join(import.meta.dirname, '..', 'docs', file);
  const before = readFileSync(path, 'utf8');
  let after = before;
  for (const [name, text] of Object.entries(parts)) {
    const [begin, end] = [`<!-- begin ${name} -->`, `<!-- end ${name} -->`];
    const [from, to] = [after.indexOf(begin), after.indexOf(end)];
    if (from === -1 || to < from) throw new Error(`Expected ${begin} and ${end} in docs/${file}.`);
    after = `${after.slice(0, from)}${begin}\n\n${text}\n\n${after.slice(to)}`;
  }
  if (after === before) continue;
  if (isCheck) {
    console.error(`docs/${file} is out of date; run npm run docs.`);
    process.exitCode = 1;
  } else {
    writeFileSync(path, after);
    console.log(`Wrote docs/${file}.`);
  }
}
