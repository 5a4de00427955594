// Generates the reference of the TypeScript API from the sources of the exports of `src/index.ts`.
import { readFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { parseAst } from 'vite';

const root = join(import.meta.dirname, '..');

/** A node of the syntax tree. Only the fields of its type are read. */
interface Node {
  readonly type: string;
  readonly start: number;
  readonly end: number;
  readonly [field: string]: unknown;
}

/** A declaration and the file it is in. */
interface Declared {
  readonly name: string;
  readonly source: string;
  readonly node: Node;
  /** The end of its doc comment. */
  readonly start: number;
}

/** A row of a table in Markdown. */
export type ReferenceRow = readonly [name: string, type: string, meaning: string];

const nodes = (value: unknown) => (value ?? []) as readonly Node[];
const nameOf = (value: unknown): string =>
  String((value as Node | undefined)?.name ?? (value as Node | undefined)?.value ?? '');

const parsed = new Map<string, { readonly source: string; readonly body: readonly Node[] }>();
function readModule(file: string) {
  const known = parsed.get(file);
  if (known !== undefined) return known;
  const source = readFileSync(file, 'utf8');
  const program = parseAst(source, { lang: 'ts' }, file) as unknown as { body: unknown };
  const module = { source, body: nodes(program.body) };
  parsed.set(file, module);
  return module;
}

const sourceFile = (from: string, specifier: string) =>
  join(dirname(from), specifier).replace(/\.js$/, '.ts');

/** Names that a module re-exports, with their source. */
function exportsOf(file: string): readonly { readonly name: string; readonly from: string }[] {
  return readModule(file).body.flatMap((node) =>
    node.type === 'ExportNamedDeclaration' && node.source !== null
      ? nodes(node.specifiers).map((specifier) => ({
          name: nameOf(specifier.exported),
          from: sourceFile(file, nameOf(node.source)),
        }))
      : [],
  );
}

function find(file: string, name: string): Declared {
  const { source, body } = readModule(file);
  for (const outer of body) {
    if (outer.type !== 'ExportNamedDeclaration') continue;
    if (outer.source !== null) {
      const again = nodes(outer.specifiers).some(({ exported }) => nameOf(exported) === name);
      if (again) return find(sourceFile(file, nameOf(outer.source)), name);
      continue;
    }
    const node = outer.declaration as Node;
    const [first] = nodes(node.declarations);
    if (nameOf(node.id ?? first?.id) === name) return { name, source, node, start: outer.start };
  }
  throw new Error(`Expected ${relative(root, file)} to export ${name}.`);
}

/** The doc comment right before an offset, as a paragraph. */
function docBefore(source: string, offset: number): string {
  const [, text = ''] = /\/\*\*((?:(?!\*\/)[\s\S])*)\*\/\s*$/.exec(source.slice(0, offset)) ?? [];
  const [what = '', ...throws] = text
    .replace(/^\s*\* ?/gm, '')
    .replace(/\s+/g, ' ')
    .trim()
    .split(/ ?@throws /);
  const sentences = throws.map((thrown) =>
    `Throws ${thrown.replace(/\b[A-Z]\w*Error\b/g, '`$&`')}`.replace(/\.?$/, '.'),
  );
  return [what, ...sentences].join(' ').trim();
}

/** The same for an export, which must have one. */
function docOf({ name, source, start }: Declared): string {
  const doc = docBefore(source, start);
  if (doc === '') throw new Error(`Expected a doc comment on ${name}, got none.`);
  return doc;
}

const oneLine = (text: string) => text.replace(/\s+/g, ' ').trim();
const typeText = (source: string, annotation: unknown) => {
  const { start, end } = annotation as Node;
  const text = oneLine(source.slice(start, end)).replace(/^: ?/, '');
  return text.replace(/ \| undefined$/, '').replace(/^\((.*)\)$/, '$1');
};

/** A field of a class or an interface as a row. */
function rowsOf({ source }: Declared, members: readonly Node[]): ReferenceRow[] {
  return members.flatMap((member): ReferenceRow[] => {
    const doc = docBefore(source, member.start);
    const name = nameOf(member.key);
    if (member.type === 'TSPropertySignature') {
      const type = typeText(source, member.typeAnnotation);
      return [[`${name}${member.optional === true ? '?' : ''}`, type, doc]];
    }
    if (member.type === 'TSMethodSignature') {
      const text = oneLine(source.slice((member.key as Node).end, member.end)).replace(/;$/, '');
      return [[name, text, doc]];
    }
    return [];
  });
}

/** Fields of an error: the parameters that its constructor stores, and its declared fields. */
function errorRow(declared: Declared): ReferenceRow {
  const { source, node } = declared;
  const text = source.slice(node.start, node.end);
  const written = /readonly code(?: =|:)([^,;]+)[,;]/.exec(text)?.[1]?.trim() ?? '';
  const alias = new RegExp(`type ${written} =([^;]+);`).exec(source)?.[1];
  const codes = alias ?? written;
  const named = [...codes.matchAll(/'(\w+)'/g)].map(([, code]) => `\`${code}\``).join(', ');
  return [declared.name, named, docOf(declared)];
}

const cell = (text: string) => text.replaceAll('|', '\\|');
const code = (text: string) => (text === '' ? '' : `\`${text}\``);

export type TableWriter = (head: readonly string[], rows: readonly (readonly string[])[]) => string;

/** The sections of the reference: functions, errors and types. */
export function typescriptReference(table: TableWriter): Readonly<Record<string, string>> {
  const entry = join(root, 'src/index.ts');
  const all = exportsOf(entry)
    .map(({ name, from }) => find(from, name))
    .sort((a, b) => (a.name < b.name ? -1 : 1));
  const of = (...types: string[]) => all.filter(({ node }) => types.includes(node.type));
  const fieldTable = (rows: readonly ReferenceRow[]) =>
    table(
      ['field', 'type', 'meaning'],
      rows.map(([name, type, doc]) => [name, cell(code(type)), cell(doc)]),
    );
  const functions = of('FunctionDeclaration', 'TSDeclareFunction').map((declared) => {
    const { name, source, node } = declared;
    const end = (node.body as Node | null)?.start ?? node.end;
    const text = source.slice(node.start, end).trim();
    return `### \`${name}\`\n\n${docOf(declared)}\n\n\`\`\`typescript\n${text}\n\`\`\``;
  });
  const errors = of('ClassDeclaration').map(errorRow);
  const types = all.flatMap((declared) => {
    const { name, source, node } = declared;
    if (node.type === 'TSInterfaceDeclaration') {
      const parents = nodes(node.extends).map(({ start: from, end }) => source.slice(from, end));
      const also =
        parents.length === 0 ? '' : ` It has the fields of ${parents.map(code).join(', ')}, too.`;
      const rows = rowsOf(declared, nodes((node.body as Node).body));
      const fields = rows.length === 0 ? '' : `\n\n${fieldTable(rows)}`;
      return [`### \`${name}\`\n\n${docOf(declared)}${also}${fields}`];
    }
    if (node.type === 'TSTypeAliasDeclaration' || node.type === 'VariableDeclaration') {
      const text = source.slice(node.start, node.end).trim();
      return [`### \`${name}\`\n\n${docOf(declared)}\n\n\`\`\`typescript\n${text}\n\`\`\``];
    }
    return [];
  });
  return {
    functions: functions.join('\n\n'),
    errors: table(
      ['class', 'code', 'when'],
      errors.map(([name, codes, doc]) => [name, codes, cell(doc)]),
    ),
    types: types.join('\n\n'),
  };
}
