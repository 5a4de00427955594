import { z } from 'zod';
import { isLabelName, labelNamePhrase } from '../../events/labels.js';
import { listLabels, listLabelValues } from '../../query/label-names.js';
import { InvalidQueryError } from '../../query/query-errors.js';
import { name } from '../route/parameters.js';
import { defineTool } from './mcp-tool.js';
import { cursor, rows, size } from './tool-inputs.js';

export const labelsTool = defineTool({
  name: 'labels',
  title: 'Labels and their values',
  description:
    'The labels that events have, each with its first values; with `label`, the values of that one. Labels are ' +
    'dimensions of the user, such as customer or feature: the tool usage groups by label:NAME.',
  input: z.strictObject({
    label: name('Only the values of this label').refine(isLabelName, labelNamePhrase).optional(),
    prefix: name('With label: only values that begin with this').optional(),
    limit: rows(50),
    cursor,
    ...size,
  }),
  async read({ database, project }, { label, prefix, limit = 50, cursor }) {
    const page = { limit, cursor, project };
    if (label === undefined) {
      if (prefix !== undefined) {
        throw new InvalidQueryError('label', 'a label, because there is a prefix', 'nothing');
      }
      const { items, next_cursor } = await listLabels(database, page);
      return { answer: { next_cursor, labels: items }, lists: ['labels'] };
    }
    const { items, next_cursor } = await listLabelValues(database, {
      ...page,
      name: label,
      prefix,
    });
    return { answer: { label, next_cursor, values: items }, lists: ['values'] };
  },
});
