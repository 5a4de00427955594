/**
 * The metric fields: the one table from which the wire schema, the TypeScript types, the log's
 * columns, the projections' sums, the SQL views and their comments are made.
 *
 * Adding a metric is one line here plus `npm run generate`.
 * The names are those of Agno's message metrics.
 */

/** The form of a metric on the wire and in the store, and how it is summed. */
export type MetricKind =
  /** Tokens, or any other integer whose unit is in its name; stored as an integer. */
  | 'tokens'
  /** Seconds on the wire; stored as integer microseconds. */
  | 'seconds'
  /** US dollars on the wire; stored as integer nano-dollars. */
  | 'dollars'
  /** An object of name → tokens; stored with the event, added key by key when read. */
  | 'token_map'
  /** Any JSON object; stored with the event, merged when read, later keys win. */
  | 'json';

/** One metric field: its wire name, its kind, and its meaning in a sentence. */
export interface MetricField {
  readonly name: string;
  readonly kind: MetricKind;
  /** Another name, read as this field if this one is absent. */
  readonly alias?: string;
  /** The fields whose sum it is if it is absent. */
  readonly sumOf?: readonly string[];
  readonly doc: string;
}

export const metricFields = [
  {
    name: 'input_tokens',
    kind: 'tokens',
    doc: 'Tokens sent to the model, including those read from and written to a cache',
  },
  {
    name: 'output_tokens',
    kind: 'tokens',
    doc: 'Tokens the model produced, including its reasoning',
  },
  {
    name: 'total_tokens',
    kind: 'tokens',
    sumOf: ['input_tokens', 'output_tokens'],
    doc: 'All tokens; input + output unless reported',
  },
  { name: 'prompt_tokens', kind: 'tokens', doc: 'Input tokens as the provider named them' },
  { name: 'completion_tokens', kind: 'tokens', doc: 'Output tokens as the provider named them' },
  { name: 'audio_tokens', kind: 'tokens', doc: 'Audio tokens, input and output' },
  { name: 'input_audio_tokens', kind: 'tokens', doc: 'Audio tokens sent; a subset of input' },
  { name: 'output_audio_tokens', kind: 'tokens', doc: 'Audio tokens produced; a subset of output' },
  {
    name: 'cached_tokens',
    kind: 'tokens',
    doc: 'Input tokens read from a cache; a subset of input',
  },
  {
    name: 'cache_write_tokens',
    kind: 'tokens',
    doc: 'Input tokens written to a cache; a subset of input, not part of cached_tokens',
  },
  {
    name: 'cache_write_1h_tokens',
    kind: 'tokens',
    doc: 'Tokens written to a cache for an hour; a subset of cache_write_tokens',
  },
  {
    name: 'reasoning_tokens',
    kind: 'tokens',
    doc: 'Output tokens spent reasoning; a subset of output',
  },
  {
    name: 'prompt_tokens_details',
    kind: 'token_map',
    doc: "The provider's split of prompt tokens",
  },
  {
    name: 'completion_tokens_details',
    kind: 'token_map',
    doc: "The provider's split of completion tokens",
  },
  { name: 'additional_metrics', kind: 'json', doc: 'Your own figures, stored unchanged' },
  // Agno 2 calls it `duration`.
  { name: 'time', kind: 'seconds', alias: 'duration', doc: 'How long it took' },
  { name: 'time_to_first_token', kind: 'seconds', doc: 'Time until the first token arrived' },
  { name: 'cost', kind: 'dollars', doc: 'What it cost' },
] as const satisfies readonly MetricField[];

/** A wire name of a metric field. */
export type MetricName = (typeof metricFields)[number]['name'];

type ValueOfKind<K extends MetricKind> = K extends 'token_map'
  ? Record<string, number>
  : K extends 'json'
    ? Record<string, unknown>
    : number;

/**
 * The figures of one event, all optional: an absent field means "not reported", never 0.
 * Tokens are integers up to 2,147,483,647; `time` and `time_to_first_token` are seconds;
 * `cost` is US dollars.
 */
export type Metrics = {
  [F in (typeof metricFields)[number] as F['name']]?: ValueOfKind<F['kind']> | undefined;
};

/** Stored integer units per unit on the wire: microseconds per second, nano-dollars per dollar. */
export const storedUnits = { tokens: 1, seconds: 1_000_000, dollars: 1_000_000_000 } as const;

/** The kinds that are stored as integers; only these are summed. */
export type SummableKind = keyof typeof storedUnits;

const columnSuffix = {
  tokens: '',
  seconds: '_us',
  dollars: '_nanos',
  token_map: '',
  json: '',
} as const;

type ColumnOf<F extends MetricField> = `${F['name']}${(typeof columnSuffix)[F['kind']]}`;

/** A column of the log that holds a metric, for example `time_us`. */
export type MetricColumn = ColumnOf<(typeof metricFields)[number]>;

/**
 * The column that stores a field, its unit in the name: `time` → `time_us`, `cost` → `cost_nanos`.
 */
export function metricColumn<F extends MetricField>(field: F): ColumnOf<F> {
  return `${field.name}${columnSuffix[field.kind]}` as ColumnOf<F>;
}

/** Other names of metrics, and the field each is read as. */
export const metricAliases: ReadonlyMap<string, MetricName> = new Map(
  metricFields.flatMap((field) => ('alias' in field ? [[field.alias, field.name] as const] : [])),
);

/** Metrics that are the sum of others if they are absent. */
export const metricSums: readonly {
  readonly name: MetricName;
  readonly parts: readonly MetricName[];
}[] = metricFields.flatMap((field) =>
  'sumOf' in field ? [{ name: field.name, parts: field.sumOf }] : [],
);

/** Whether a field's stored value is an integer that sums. */
export function isSummable<F extends MetricField>(
  field: F,
): field is F & { readonly kind: SummableKind } {
  return field.kind in storedUnits;
}
