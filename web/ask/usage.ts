import type { UsageRow, UsageSeries } from '../../src/query/usage/get-usage.js';
import { type FilterName, filters, isLabelFilter, labelOf } from '../address/parameters.js';
import { before, bucket, rfc3339, span, zone } from '../address/range.js';
import { type Asked, useAsked } from './asking.js';
import { status } from './proof.js';
import { requestUrl, service } from './service.js';

/** The dimensions that usage is split and filtered by. */
export const usageDimensions = [
  'agent_id',
  'provider',
  'model',
  'tool_name',
  'team_id',
  'user_id',
  'workflow_id',
] as const;
/** One of those, or a label: `label:customer`. */
export type UsageDimension = (typeof usageDimensions)[number] | `label:${string}`;
export type { UsageRow, UsageSeries };

/** The stored combinations, until the service has reported its own. */
const usuallyKept: readonly (readonly string[])[] = [
  ['agent_id', 'team_id', 'workflow_id', 'tool_name'],
  ['user_id', 'agent_id', 'team_id', 'workflow_id', 'provider', 'model'],
  ['label:*', 'provider', 'model'],
];

/** The stored combinations: the split and all filters must be in one of these. */
export const keptTogether = (): readonly (readonly string[])[] =>
  status.value?.kept_together ?? usuallyKept;

const isLabel = (name: string) => name.startsWith('label:');

/** Whether a split and filters are stored together. Totals by label are stored for one label at a time. */
export function areKept(
  used: readonly UsageDimension[],
  kept: readonly (readonly string[])[] = keptTogether(),
): boolean {
  if (new Set(used.filter(isLabel)).size > 1) return false;
  return kept.some((names) =>
    used.every((name) => names.includes(isLabel(name) ? 'label:*' : name)),
  );
}

/** The parameter that narrows by a dimension: `label.customer` of `label:customer`. */
export const filterOf = (dimension: UsageDimension) =>
  (isLabel(dimension) ? dimension.replace(':', '.') : dimension) as FilterName;

/** The filters that usage supports. */
export const usageFilterNames = (): readonly UsageDimension[] =>
  (Object.keys(filters.value) as FilterName[]).flatMap((name): UsageDimension[] =>
    isLabelFilter(name) ? [`label:${labelOf(name)}`] : name === 'status' ? [] : [name],
  );

/** A request for usage. */
export interface UsageQuestion {
  readonly from: string;
  readonly to?: string | undefined;
  readonly bucket?: string | undefined;
  readonly time_zone?: string | undefined;
  readonly group_by?: readonly UsageDimension[] | undefined;
  readonly top?: number | undefined;
  readonly order_by?: string | undefined;
  /** The figures to read. Defaults to all. */
  readonly figures?: readonly string[] | undefined;
  readonly quantiles?: boolean | undefined;
  readonly fill?: boolean | undefined;
  readonly before_from?: string | undefined;
  readonly before_to?: string | undefined;
  readonly filters?: Readonly<Record<string, string | readonly string[] | undefined>> | undefined;
}

/** The current range, or the previous one, with the filters in the address. */
export function usageQuestion(
  options: Omit<
    UsageQuestion,
    'from' | 'to' | 'bucket' | 'filters' | 'before_from' | 'before_to'
  > & {
    readonly buckets?: boolean;
    readonly period?: 'now' | 'before';
    /** Whether the response has the previous period as well. */
    readonly compares?: boolean;
    readonly without?: readonly FilterName[];
  },
): UsageQuestion {
  const { buckets = false, period = 'now', compares = false, without = [], ...others } = options;
  const { figures, ...rest } = others;
  const stretch = period === 'now' ? span.value : before.value;
  const known = usageFilterNames().filter((name) => !without.includes(filterOf(name)));
  return {
    from: rfc3339(stretch.from),
    // Without an end, the request and therefore its ETag stay the same on each refresh.
    to: stretch.to === undefined ? undefined : rfc3339(stretch.to),
    ...(buckets ? { bucket: bucket.value, time_zone: zone.value } : {}),
    ...(compares
      ? { before_from: rfc3339(before.value.from), before_to: rfc3339(before.value.to) }
      : {}),
    ...rest,
    // With filters, some figures are not stored, and the service would refuse their names.
    ...(known.length === 0 ? { figures } : {}),
    filters: Object.fromEntries(
      known.map((name) => {
        const values = filters.value[filterOf(name)] ?? [];
        return [name, values.length === 1 ? values[0] : values];
      }),
    ),
  };
}

/** Usage, requested while the component is mounted. */
export function useUsage(kind: string, question: UsageQuestion | undefined): Asked<UsageSeries> {
  return useAsked(kind, question, () =>
    service.getUsage(question as Parameters<typeof service.getUsage>[0]),
  );
}

/** The address of a usage request. */
export function usageUrl(question: UsageQuestion): string {
  const { filters: narrowed, group_by, figures, ...rest } = question;
  return requestUrl('/v1/usage', {
    ...rest,
    group_by: group_by?.join(',') || undefined,
    figures: figures?.join(',') || undefined,
    ...Object.fromEntries(
      Object.entries(narrowed ?? {}).map(([name, value]) => [name.replace(':', '.'), value]),
    ),
  });
}
