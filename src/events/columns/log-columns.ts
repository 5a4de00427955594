import { attributeFields } from '../attribute-fields.js';
import { allEventFields, type EventField, failureText } from '../event-fields.js';
import { isSummable, metricColumn, metricFields } from '../metric-fields.js';

/** The Postgres type of a column of the log. */
export type LogColumnType =
  | 'bigint'
  | 'integer'
  | 'smallint'
  | 'boolean'
  | 'uuid'
  | 'text collate "C"'
  | 'json';

/** One column of the log. */
export interface LogColumn {
  readonly name: string;
  readonly type: LogColumnType;
  readonly required?: boolean;
}

/** Byte order compares faster than a language's, and the same way on every machine. */
export const textType = 'text collate "C"';

const metricColumns: readonly LogColumn[] = metricFields.map((field) => ({
  name: metricColumn(field),
  type: !isSummable(field) ? 'json' : field.kind === 'tokens' ? 'integer' : 'bigint',
}));

function fieldColumns({ name, kind }: EventField): readonly LogColumn[] {
  switch (kind) {
    case 'text':
      return [{ name, type: textType }];
    case 'code':
      return [{ name, type: 'smallint' }];
    case 'failure':
      return [
        { name, type: 'boolean' },
        { name: failureText(name), type: textType },
      ];
  }
}

const alignment: Record<LogColumnType, number> = {
  bigint: 0,
  integer: 1,
  smallint: 2,
  boolean: 3,
  uuid: 4,
  [textType]: 5,
  json: 6,
};

const columns: readonly LogColumn[] = [
  { name: 'occurred_at_us', type: 'bigint', required: true },
  { name: 'project', type: 'integer', required: true },
  { name: 'sequence', type: 'integer' },
  { name: 'type', type: 'smallint', required: true },
  { name: 'id', type: 'uuid', required: true },
  { name: 'corrects', type: 'uuid' },
  { name: 'session_id', type: textType, required: true },
  { name: 'run_id', type: textType, required: true },
  { name: 'original_id', type: textType },
  { name: 'original_corrects', type: textType },
  ...attributeFields.map((field) => ({ name: field.name, type: textType }) as const),
  // JSON, but stored as a string: equal labels then group and compare as one value, and a job
  // contains each of them once.
  { name: 'labels', type: textType },
  ...allEventFields.flatMap(fieldColumns),
  ...metricColumns,
];

/** The columns that an event fills, widest alignment first, so that Postgres adds no padding. */
export const logColumns: readonly LogColumn[] = [...columns].sort(
  (a, b) => alignment[a.type] - alignment[b.type],
);
