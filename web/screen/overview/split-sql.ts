import type { Split } from './metrics.js';

/** SQL on the views that gives the parts of a split; undefined where there is none. */
export function sqlOf({ dimension }: Split, from: string): string | undefined {
  if (dimension === undefined) return undefined;
  if (dimension.startsWith('label:')) {
    const label = dimension.slice('label:'.length);
    return `select value, sum(cost) as cost\nfrom runfold.label_usage\nwhere project = 1 and name = '${label}' and bucket_start >= '${from}'\ngroup by 1 order by 2 desc nulls last;`;
  }
  const view =
    dimension === 'tool_name'
      ? 'tool_usage'
      : dimension === 'user_id' || dimension === 'team_id'
        ? 'runs'
        : 'model_usage';
  const time = view === 'runs' ? 'started_at' : 'bucket_start';
  return `select ${dimension}, sum(cost) as cost\nfrom runfold.${view}\nwhere project = 1 and ${time} >= '${from}'\ngroup by 1 order by 2 desc nulls last;`;
}
