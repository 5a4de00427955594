/** One column of a view: how it is computed and what it means. */
export interface ViewColumn {
  readonly name: string;
  readonly sql: string;
  readonly doc: string;
}

/** A view of the schema `runfold`, which people who use SQL rely on. */
export interface View {
  readonly name: string;
  readonly doc: string;
  readonly columns: readonly ViewColumn[];
  /** Its `from` clause. */
  readonly from: string;
  /** Its `from` clause in a divided store, if that needs another one. */
  readonly from_divided?: string | undefined;
}

const quote = (text: string) => `'${text.replaceAll("'", "''")}'`;

/** The file of a view: its statement, and a comment on it and on each column. */
export function viewFile({ name, doc, columns, from }: View): string {
  const list = columns.map((column) => `${column.sql} as ${column.name}`).join(',\n  ');
  const comments = columns.map(
    (column) => `comment on column runfold.${name}.${column.name} is ${quote(column.doc)};\n`,
  );
  return `create view runfold.${name} as select\n  ${list}\nfrom ${from};

comment on view runfold.${name} is ${quote(doc)};
${comments.join('')}`;
}
