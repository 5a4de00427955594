import type { LabelFilters } from '../query/label-filters.js';

/** A query with its labels as parameters: `label.NAME`. */
export function labelled<Q extends { readonly labels?: LabelFilters | undefined }>(
  query: Q,
): Omit<Q, 'labels'> & Readonly<Record<string, unknown>> {
  const { labels = {}, ...rest } = query;
  const given = Object.entries(labels).map(([name, value]) => [`label.${name}`, value]);
  return { ...rest, ...Object.fromEntries(given) };
}

/** Filters of usage as parameters: `label:NAME` is `label.NAME` there. */
export function usageFilters(filters: object = {}): Readonly<Record<string, unknown>> {
  return Object.fromEntries(
    Object.entries(filters).map(([name, value]) => [name.replace(/^label:/, 'label.'), value]),
  );
}
