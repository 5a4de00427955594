import { z } from 'zod';
import { type Correction, correctionFor, voidingFor } from '../../corrections/correction.js';
import { CorrectionContendedError } from '../../corrections/correction-errors.js';
import { foldCorrection, reportCorrection } from '../../corrections/fold-correction.js';
import { InvalidEventError } from '../../events/fault.js';
import { isShortText, maxText } from '../../events/limits.js';
import type { Metrics } from '../../events/metric-fields.js';
import { summedFigures } from '../../projections/summed-figures.js';
import { InvalidQueryError, NotFoldedError } from '../../query/query-errors.js';
import { readObject } from '../body/read-object.js';
import { wholeNumber } from '../route/parameters.js';
import { checked, route } from '../route/route.js';

const textPhrase = `a string of 1 to ${maxText} characters`;
const text = z.string(textPhrase).refine(isShortText, textPhrase);
const flag = z.boolean('true or false');
const figure = z.number('a number of at least 0').min(0, 'a number of at least 0');
const figures = Object.fromEntries(
  [...summedFigures.keys()].map((name) => [name, figure.optional()]),
);

const newCorrection = z
  .strictObject(
    {
      id: text.describe('The id of the event, as it was sent'),
      session_id: text
        .optional()
        .describe('Its session; needed only if several sessions have an event with this id'),
      set: z
        .strictObject(figures, 'an object of figures')
        .optional()
        .describe('The right figures: tokens, seconds and US dollars'),
      void: flag.default(false).describe('Sets all figures to 0, instead of `set`'),
      dry_run: flag.default(false).describe('Whether only to say what would change'),
    },
    'an object',
  )
  .superRefine(({ set, void: isVoid }, context) => {
    const hasFigures = set !== undefined && Object.keys(set).length > 0;
    if (hasFigures !== isVoid) return;
    const message = isVoid ? 'nothing with void' : 'at least one figure, or void instead';
    context.addIssue({ code: 'custom', path: ['set'], message });
  })
  .meta({ id: 'NewCorrection', examples: [{ id: 'message-1', set: { input_tokens: 123 } }] });

const value = z.number().describe('Tokens, seconds or US dollars');
const correctionSchema = z
  .strictObject({
    applied: z.boolean().describe('Whether the totals include the correction'),
    event: z
      .strictObject({ session_id: z.string(), run_id: z.string(), id: z.string() })
      .optional()
      .describe('The corrected event; absent if it has these figures already'),
    correction: z.string().optional().describe('The id of the correction in the log'),
    changes: z.array(
      z.strictObject({
        name: z.enum([...summedFigures.keys()]),
        from: value.nullable(),
        to: value,
      }),
    ),
    reason: z
      .enum(['not_in_time', 'database_unavailable'])
      .optional()
      .describe(
        'If it is on the queue and not in the totals: `not_in_time` after `timeout_ms`, or `database_unavailable`: then nobody could look',
      ),
  })
  .meta({ id: 'Correction' });

/** Corrects events. */
export const correctionRoutes = [
  route({
    method: 'POST',
    path: '/v1/corrections',
    id: 'correctEvent',
    tag: 'corrections',
    summary: 'Correct the figures of an event, or void it',
    description:
      'The log is never edited: an event with the differences is added, and all totals include it. Responds once ' +
      'they do. Figures that follow from others, such as `total_tokens` and a computed cost, change too unless you set them. ' +
      '`void` sets all figures to 0; the event still counts as a message, call or run. The same correction again ' +
      'changes nothing, so you may repeat a request after 202, 503 or a lost response.',
    scope: 'admin',
    query: z.strictObject({
      timeout_ms: wholeNumber(
        0,
        60_000,
        'How long to wait for the totals; 10,000 by default',
      ).optional(),
    }),
    body: { 'application/json': newCorrection },
    responses: {
      200: {
        description: 'The totals include the correction, or there is nothing to correct',
        schema: correctionSchema,
      },
      202: { description: 'The correction is on the queue', schema: correctionSchema },
    },
    problems: [404, 409, 413, 415, 422],
    async handle({ service, request, reply, project, query }) {
      const body = checked(newCorrection, await readObject(request.raw, service.limits));
      const { set, void: isVoid, dry_run, ...event } = body as z.output<typeof newCorrection>;
      const { database, producers, freshness } = service;
      const options = { ...event, project };
      let made: Correction | undefined;
      let isSent = false;
      const make = async () => {
        isSent = false;
        made = isVoid
          ? await voidingFor(database, options)
          : await correctionFor(database, options, (set ?? {}) as Metrics).catch(inSet);
        return made;
      };
      if (dry_run) return { body: reportCorrection(await make(), false) };
      const gone = new AbortController();
      const leave = () => gone.abort();
      reply.raw.once('close', leave);
      try {
        const folded = await foldCorrection(database, make, {
          project,
          timeout_ms: query.timeout_ms ?? 10_000,
          signal: gone.signal,
          async send(correction) {
            const { faults } = await producers.send(project, [correction]);
            for (const found of faults.values()) throw new InvalidEventError(found);
            isSent = true;
          },
        });
        freshness.renew(project);
        return { body: reportCorrection(folded, true) };
      } catch (error) {
        // The correction is on the queue: whatever failed after that, the response must say so.
        if (!isSent || error instanceof CorrectionContendedError) throw error;
        const reason = error instanceof NotFoldedError ? 'not_in_time' : 'database_unavailable';
        if (reason !== 'not_in_time') {
          const context = { err: error, request_id: request.id };
          service.log.warn(context, 'could not wait for the fold of a correction');
        }
        return { status: 202, body: { ...reportCorrection(made, false), reason } };
      } finally {
        reply.raw.off('close', leave);
      }
    },
  }),
];

/** A fault of a figure, by its place in the body. */
function inSet(error: unknown): never {
  if (!(error instanceof InvalidQueryError)) throw error;
  throw new InvalidQueryError(`set.${error.field}`, error.expected, error.got);
}
