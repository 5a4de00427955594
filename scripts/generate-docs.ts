/**
 * Writes the tables of docs/events.md, docs/otlp.md, docs/sql.md and docs/typescript.md from the
 * declarations: `npm run docs`. `--check` writes nothing and fails if a table is out of date.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { attributeFields } from '#runfold/events/attribute-fields.js';
import { allEventFields, type EventField } from '#runfold/events/event-fields.js';
import { maxErrorText } from '#runfold/events/limits.js';
import { type MetricKind, metricFields } from '#runfold/events/metric-fields.js';
import { identitySources, nameSources, type Source } from '#runfold/otlp/tables/attribute-keys.js';
import { emitterDocs } from '#runfold/otlp/tables/emitters.js';
import {
  costPartSources,
  costSources,
  firstTokenSources,
  tokenSources,
} from '#runfold/otlp/tables/figure-keys.js';
import { kindRules, type ValueTest } from '#runfold/otlp/tables/kind-rules.js';
import { logRules } from '#runfold/otlp/tables/log-records.js';
import type { View } from '#runfold/projections/views/view.js';
import { views } from '#runfold/projections/views/views.js';
import { typescriptReference } from './typescript-reference.js';

const typeOfKind: Record<MetricKind, string> = {
  tokens: 'integer',
  seconds: 'seconds',
  dollars: 'US dollars',
  token_map: 'object of name → tokens',
  json: 'JSON object',
};

/**
 * A table in Markdown with aligned columns, as the formatter requires. The first column is code.
 */
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

const code = (name: string) => `\`${name}\``;

/** The valid values of a field of some types of event, as a sentence. */
function takes(field: EventField): string {
  switch (field.kind) {
    case 'text':
      return field.doc;
    case 'failure':
      return `\`true\`, \`false\`, or how it failed in at most ${maxErrorText.toLocaleString('en')} characters`;
    case 'code': {
      if (field.isOfCorrections) return field.doc;
      const names = Object.keys(field.codes).map(code);
      const list = `${names.slice(0, -1).join(', ')} or ${names.at(-1)}`;
      const aliases = Object.entries(field.aliases ?? {}).map(
        ([alias, name]) => `; ${code(alias)} is read as ${code(name)}`,
      );
      return `${list}${aliases.join('')}`;
    }
  }
}

const sectionOf = ({ name, doc, columns }: View) =>
  `### \`runfold.${name}\`\n\n${doc}\n\n${table(
    ['column', 'meaning'],
    columns.map((column) => [column.name, column.doc]),
  )}`;

function otlpTables(): Readonly<Record<string, string>> {
  const nameOf = (source: Source) =>
    typeof source === 'string'
      ? `\`${source}\``
      : `\`${source.json}\` → ${source.members.map((member) => `\`${member}\``).join(', ')}`;
  const valuesOf = (test: ValueTest | undefined) =>
    test === undefined
      ? ''
      : [
          ...(test.any === true ? ['any value'] : []),
          ...(test.is ?? []).map((value) => `\`${value}\``),
          ...(test.begins === undefined ? [] : [`\`${test.begins}…\``]),
          ...(test.ends ?? []).map((value) => `\`…${value}\``),
        ].join(' ');
  const sources: readonly (readonly [string, readonly Source[]])[] = [
    ...Object.entries(identitySources),
    ...Object.entries(nameSources),
    ...Object.entries(tokenSources).map(([name, list]) => [`${name} tokens`, list] as const),
    ['cost', costSources],
    ...Object.entries(costPartSources),
    ['first token', firstTokenSources.map(({ key }) => key)],
  ];
  return {
    emitters: table(
      ['emitter', 'set', 'session and user from'],
      emitterDocs.map(({ emitter, isTested, set, session }) => [
        `${emitter}${isTested ? ' †' : ''}`,
        set.replaceAll('|', '\\|'),
        session,
      ]),
    ),
    kinds: table(
      ['attribute', 'model span', 'tool span', 'run span'],
      kindRules.map(({ attribute, model, modelIfMetered, tool, run, runIfRoot }) => [
        attribute,
        `${valuesOf(model)}${modelIfMetered === undefined ? '' : `; with tokens, a cost or an error ${valuesOf(modelIfMetered)}`}`,
        valuesOf(tool),
        `${valuesOf(run)}${runIfRoot === undefined ? '' : ` ${valuesOf(runIfRoot)} if root`}`.trim(),
      ]),
    ),
    attributes: table(
      ['field', 'attributes'],
      sources.map(([name, list]) => [name, list.map(nameOf).join(' ')]),
    ),
    logs: table(
      ['record', 'becomes', 'of the agent'],
      logRules.map(({ name, event, emitter }) => [name, event, emitter]),
    ),
  };
}

/** The content of each file between `<!-- begin NAME -->` and `<!-- end NAME -->`. */
const generated: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  'events.md': {
    attributes: table(
      ['field', 'meaning'],
      attributeFields.map(({ name, doc }) => [name, doc]),
    ),
    fields: table(
      ['field', 'of', 'meaning'],
      allEventFields.map((field) => [
        field.name,
        field.on.map(code).join(', '),
        `${takes(field)}${field.isRequired ? '; required' : ''}`,
      ]),
    ),
    metrics: table(
      ['field', 'type', 'meaning'],
      metricFields.map(({ name, kind, doc }) => [name, typeOfKind[kind], doc]),
    ),
  },
  'otlp.md': otlpTables(),
  'typescript.md': typescriptReference(table),
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
