import { useAsked } from '../../ask/asking.js';
import { service } from '../../ask/service.js';
import type { Step } from '../../ask/steps.js';
import { dollars, exactDollars, none, rate, seconds, whole } from '../../figure/figures.js';
import { exactMoment, moment } from '../../figure/moments.js';
import { Facts } from '../../part/facts.js';
import { Given } from '../../part/given.js';
import { Labels } from '../../part/labels.js';

/**
 * One step in full: its tokens by kind, its speed, where its cost comes from, and its corrections.
 */
export function StepDetail({ step }: { readonly step: Step }) {
  const {
    cached_tokens: cached,
    input_tokens: input,
    output_tokens: output,
    reasoning_tokens: reasoning,
  } = step;
  const writes = (step.time ?? 0) - (step.time_to_first_token ?? 0);
  const kind = (colour: string, word: string) => (
    <>
      <span class={`dot ${colour}`} aria-hidden="true" /> {word}
    </>
  );
  return (
    <aside class="step-detail" aria-label={`Step ${step.name}`}>
      <h3>
        {step.name} <small>{step.agent}</small>
      </h3>
      <Facts
        items={[
          {
            name: 'Ended',
            value: (
              <span title={exactMoment(step.occurred_at)}>
                {moment(step.occurred_at, { withSeconds: true })}
              </span>
            ),
          },
          { name: 'Took', value: seconds(step.time) },
          step.time_to_first_token !== null && {
            name: 'First token',
            value: seconds(step.time_to_first_token),
          },
          output !== null &&
            writes > 0 && { name: 'Speed', value: `${rate(output / writes)} tokens/s` },
          input !== null && { name: kind('cached', 'cached'), value: whole(cached ?? 0) },
          input !== null && { name: kind('input', 'input'), value: whole(input - (cached ?? 0)) },
          output !== null && { name: kind('output', 'output'), value: whole(output) },
          reasoning !== null && { name: 'of which reasoning', value: whole(reasoning) },
          {
            name: 'Cost',
            value: <span title={exactDollars(step.cost)}>{dollars(step.cost)}</span>,
            note:
              step.cost === null
                ? 'not reported, no price known'
                : (step.cost_source ?? 'reported'),
          },
          step.is_failed && {
            name: 'Failed',
            value: <span class="failed-text">{step.error_text ?? none}</span>,
          },
          { name: 'Run', value: <code>{step.run_id}</code> },
          { name: 'Event', value: <code>{step.id}</code> },
          step.labels !== null && { name: 'Labels', value: <Labels labels={step.labels} /> },
          { name: 'Corrections', value: whole(step.corrections) },
        ]}
      />
      {step.corrections > 0 && <Corrections step={step} />}
    </aside>
  );
}

/** The recorded figures, the corrections, and the result. */
function Corrections({ step }: { readonly step: Step }) {
  const { session_id, run_id, id } = step;
  const asked = useAsked('corrections', { session_id, run_id, id }, async () => {
    const [corrections, all] = await Promise.all([
      service.listEvents({ session_id, run_id, corrects: id, limit: 100 }),
      service.listEvents({
        session_id,
        run_id,
        type: step.type,
        from: step.occurred_at,
        limit: 1000,
      }),
    ]);
    return { corrections: corrections.items, original: all.items.find((event) => event.id === id) };
  });
  return (
    <Given asked={asked}>
      {({ corrections, original }) => (
        <table class="key corrections">
          <caption class="unseen">Corrections</caption>
          <thead>
            <tr>
              <th scope="col">Recorded</th>
              <th scope="col" class="figure">
                Tokens
              </th>
              <th scope="col" class="figure">
                Time
              </th>
              <th scope="col" class="figure">
                Cost
              </th>
            </tr>
          </thead>
          <tbody>
            {original !== undefined && (
              <tr>
                <th scope="row">{moment(original.recorded_at, { withSeconds: true })} as sent</th>
                <td class="figure">{whole(original.total_tokens)}</td>
                <td class="figure">{seconds(original.time)}</td>
                <td class="figure">{exactDollars(original.cost)}</td>
              </tr>
            )}
            {corrections.map((one) => (
              <tr key={one.id}>
                <th scope="row">{moment(one.recorded_at, { withSeconds: true })} difference</th>
                <td class="figure">{one.total_tokens === null ? none : whole(one.total_tokens)}</td>
                <td class="figure">{one.time === null ? none : seconds(one.time)}</td>
                <td class="figure">{exactDollars(one.cost)}</td>
              </tr>
            ))}
          </tbody>
          <tfoot>
            <tr>
              <th scope="row">Counts as</th>
              <td class="figure">{whole(step.total_tokens)}</td>
              <td class="figure">{seconds(step.time)}</td>
              <td class="figure">{exactDollars(step.cost)}</td>
            </tr>
          </tfoot>
        </table>
      )}
    </Given>
  );
}
