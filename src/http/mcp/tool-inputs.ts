import { z } from 'zod';
import { isLabelName, labelNamePhrase } from '../../events/labels.js';
import { mostCursor, name, time } from '../route/parameters.js';
import { mostBytes, usualBytes } from './fit-answer.js';

/** Arguments that several tools share. Unlike parameters of a query, they are JSON values. */

/** The maximum size of the result. */
export const size = {
  max_bytes: z
    .int()
    .min(500)
    .max(mostBytes)
    .optional()
    .describe(
      `The maximum size of the result in bytes; ${usualBytes} by default, at most ${mostBytes}`,
    ),
};

/** The maximum number of rows. */
export const rows = (usual: number) =>
  z.int().min(1).max(200).optional().describe(`The maximum number of rows; ${usual} by default`);

/** Where a page begins. */
export const cursor = z
  .string()
  .max(mostCursor)
  .optional()
  .describe('`next_cursor` of the previous page, with the same arguments');

/** A range of time; the last seven days by default. */
export const range = {
  from: time('The start; seven days ago by default').optional(),
  to: time('The end; now by default').optional(),
};

/** Seven days before the end of the range, if no start is given. */
export function rangeOf(given: {
  readonly from?: string | undefined;
  readonly to?: string | undefined;
}): { readonly from: string; readonly to: string | undefined } {
  const { from, to } = given;
  if (from !== undefined) return { from, to };
  const end = to === undefined ? Date.now() : Date.parse(to);
  const start = Number.isNaN(end) ? Date.now() : end;
  return { from: new Date(start - 7 * 86_400_000).toISOString(), to };
}

/** Labels: name → value. */
export const labels = {
  labels: z
    .record(z.string().refine(isLabelName, labelNamePhrase), name('The value'))
    .optional()
    .describe('Only with these labels, dimensions of the user: name → value'),
};

/** Filters of runs by user, agent, team and workflow. */
export const whose = {
  user_id: name('Only those for this user').optional(),
  agent_id: name('Only those of this agent').optional(),
  team_id: name('Only those of this team').optional(),
  workflow_id: name('Only those of this workflow').optional(),
};
