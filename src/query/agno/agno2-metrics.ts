import { correctedMessagesSql, messageOrder } from './agno-metrics.js';

/** The summed figures of Agno 2.x, in the order in which Agno writes them: theirs → ours. */
const figures = {
  input_tokens: 'input_tokens',
  output_tokens: 'output_tokens',
  total_tokens: 'total_tokens',
  audio_input_tokens: 'input_audio_tokens',
  audio_output_tokens: 'output_audio_tokens',
  audio_total_tokens: 'audio_tokens',
  cache_read_tokens: 'cached_tokens',
  cache_write_tokens: 'cache_write_tokens',
  reasoning_tokens: 'reasoning_tokens',
  cost: 'cost',
} as const;

/** The names of these figures. */
export const agno2Figures = Object.keys(figures) as readonly Agno2Figure[];
export type Agno2Figure = keyof typeof figures;

/** Figures as Agno 2.x writes them, without figures that are 0 or not reported. */
export type Agno2Sums = { readonly [N in Agno2Figure]?: number };

/** The usage of one model. */
export interface Agno2ModelMetrics extends Agno2Sums {
  /** The model. */
  readonly id?: string;
  readonly provider?: string;
  /** Additional data of the provider: numbers are summed, of other values the last one is kept. */
  readonly provider_metrics?: Readonly<Record<string, unknown>>;
}

/** The usage of models, by their purpose: `model`, `output_model`, `parser_model` and so on. */
export type Agno2Details = Readonly<Record<string, readonly Agno2ModelMetrics[]>>;

/** A row of one model's usage. */
export interface ModelRow extends Readonly<Record<Agno2Figure, number | null>> {
  readonly type: string;
  readonly model: string | null;
  readonly provider: string | null;
  readonly objects: readonly (readonly Record<string, unknown>[])[] | null;
}

/**
 * A common table expression `models` of the messages that meet a condition on the view `runfold.messages`, `m`: one
 * row per kind, model and provider, with the first message of each. The purpose of a call is in the id
 * that `fromAgnoRun` makes for a message of another model than the run's own.
 */
export function modelsSql(condition: string): string {
  const sums = Object.entries(figures).map(([name, ours]) => `sum(c.${ours}) as ${name}`);
  // A correction without its message counts for the model that it names itself, as in the totals.
  const ofMessage = (name: string) =>
    `(array_agg(m.${name} order by m.corrects is not null, m.occurred_at, m.id collate "C"))[1] as ${name}`;
  const more = ['m.run_id', ofMessage('model'), ofMessage('provider'), 'sum(m.cost) as cost'];
  return `corrected as (
      ${correctedMessagesSql(condition, more)}),
    models as (
      select case when starts_with(c.id, c.run_id || '/') then coalesce(substring(
          substr(c.id, length(c.run_id) + 1) from '^/(?:message/[0-9]+|model)/([a-z_]+)'), 'model')
          else 'model' end as type,
        c.model, c.provider, min(c.at) as at, min(c.sequence) as sequence,
        ${sums.join(', ')},
        json_agg(c.additional_metrics order by ${messageOrder})
          filter (where c.additional_metrics is not null) as objects
      from corrected c group by 1, c.model, c.provider)`;
}

/** `select` of the rows of `models` as one value. */
export const modelRowsSql = `(select json_agg(x order by x.type <> 'model', x.at, x.sequence,
      x.model collate "C", x.provider collate "C") from models x)`;

/** The sums of all models, and the usage of each. */
export function agno2Metrics(rows: readonly ModelRow[]): Agno2Sums & { details?: Agno2Details } {
  const details: Record<string, Agno2ModelMetrics[]> = {};
  for (const row of rows) {
    const list = Object.hasOwn(details, row.type) ? details[row.type] : undefined;
    if (list === undefined) details[row.type] = [modelOf(row)];
    else list.push(modelOf(row));
  }
  return { ...sumsOf(rows), ...(rows.length === 0 ? {} : { details }) };
}

function modelOf(row: ModelRow): Agno2ModelMetrics {
  const { model, provider, objects } = row;
  const provider_metrics = merged((objects ?? []).flat());
  return {
    ...sumsOf([row]),
    ...(model === null ? {} : { id: model }),
    ...(provider === null ? {} : { provider }),
    ...(provider_metrics === undefined ? {} : { provider_metrics }),
  };
}

function sumsOf(rows: readonly ModelRow[]): Agno2Sums {
  const sums = agno2Figures.map((name) => {
    // Dollars as integer nano-dollars, whose sum is exact.
    const unit = name === 'cost' ? 1e9 : 1;
    const sum = rows.reduce((all, row) => all + Math.round((row[name] ?? 0) * unit), 0) / unit;
    return [name, sum] as const;
  });
  return Object.fromEntries(sums.filter(([, sum]) => sum !== 0));
}

/** Merges objects of a provider: numbers are summed, of other values the last one is kept. */
function merged(
  objects: readonly Record<string, unknown>[],
): Readonly<Record<string, unknown>> | undefined {
  // A map, so that `__proto__` is an ordinary name.
  const all = new Map<string, unknown>();
  for (const [key, value] of objects.flatMap((object) => Object.entries(object))) {
    const before = all.get(key);
    all.set(key, typeof value === 'number' && typeof before === 'number' ? before + value : value);
  }
  return all.size === 0 ? undefined : Object.fromEntries(all);
}
