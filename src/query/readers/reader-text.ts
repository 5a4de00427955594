import { dividedTables, dividedView } from '../../projections/views/divided-views.js';
import { views } from '../../projections/views/views.js';
import { fullName, type TableNames } from '../../store/shards/table-names.js';

const tables = new RegExp(`\\brunfold_internal\\.(${dividedTables.join('|')})\\b`, 'g');
const ofView = /\brunfold\.([a-z_]+)\b/g;

/** Each view as a relation. */
const relations: ReadonlyMap<string, string> = new Map(
  views.map((view) => {
    const { name, columns, from } = dividedView(view) ?? view;
    const shown = columns.map((column) => `${column.sql} as ${column.name}`).join(', ');
    return [name, `(select ${shown} from ${from})`];
  }),
);

/**
 * A statement on the tables and views of a store as one on some of its shards, which are on one server. Every
 * table and view in it needs an alias.
 */
export function textOnShards(text: string, shards: readonly TableNames[]): string {
  const inline = text.replace(ofView, (found, name: string) => relations.get(name) ?? found);
  // Rows of several tables have no system columns, so this one is added where a statement asks for it.
  const columns = /\.xmin\b/.test(text) ? '*, xmin' : '*';
  return inline.replace(tables, (_, table: string) => {
    const names = shards.map((shard) => fullName(shard, table));
    if (names.length === 1) return names[0] ?? '';
    return `(${names.map((name) => `select ${columns} from ${name}`).join(' union all ')})`;
  });
}
