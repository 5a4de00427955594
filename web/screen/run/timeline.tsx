import { change, parameter } from '../../address/parameters.js';
import type { Step } from '../../ask/steps.js';
import { TokenBar } from '../../chart/meter.js';
import { scaleOf } from '../../chart/scale.js';
import { dollars, exactDollars, none, roundText, seconds, whole } from '../../figure/figures.js';
import { Dot } from '../../part/dot.js';
import { mostOf } from '../../part/total-cells.js';
import { VisibleRows } from '../../part/visible-rows.js';
import { StepDetail } from './step-detail.js';

const rowHeight = 30;

/** Steps by start: how long each took, when it produced output, and its usage. */
export function Timeline({
  steps,
  until,
  colours,
}: {
  readonly steps: readonly Step[];
  /** The end of the run, if later steps are still to come. */
  readonly until: number;
  readonly colours: ReadonlyMap<string, string>;
}) {
  const chosen = parameter('step');
  const at = steps.findIndex(({ id }) => id === chosen);
  const first = steps.reduce((least, { start }) => Math.min(least, start), steps[0]?.start ?? 0);
  const last = steps.reduce((most, { end }) => Math.max(most, end), Math.max(until, first + 1));
  const scale = scaleOf((last - first) / 1000, 0, 100);
  const most = mostOf(steps, ({ total_tokens }) => total_tokens);
  const choose = (step: Step | undefined) => change({ step: step?.id }, { replace: true });
  const onKeyDown = (event: KeyboardEvent) => {
    const by = { ArrowDown: 1, j: 1, ArrowUp: -1, k: -1 }[event.key];
    if (by === undefined || event.ctrlKey || event.metaKey) return;
    event.preventDefault();
    const next = steps[Math.max(0, Math.min(steps.length - 1, at + by))];
    choose(next);
  };
  return (
    <section class="card timeline" aria-label="Steps">
      <header class="card-head">
        <h2>Steps</h2>
        <p class="legend">
          <span>
            <i class="swatch hollow" /> until the first token
          </span>
          <span>
            <i class="swatch solid" /> writing
          </span>
          <span>
            <i class="swatch tool" /> tool
          </span>
          <span>
            <i class="swatch failed" /> failed
          </span>
        </p>
      </header>
      <div class="step-row step-head">
        <span />
        <span class="ruler">
          {scale.ticks(4).map((tick) => (
            <span key={tick} style={{ left: `${scale(tick)}%` }}>
              {tick === 0 ? '0' : roundText(seconds(tick))}
            </span>
          ))}
        </span>
        <span class="wide">Tokens</span>
        <span>Time</span>
        <span class="wide">Cost</span>
      </div>
      {/* biome-ignore lint/a11y/noStaticElementInteractions: the rows inside have the focus */}
      <div class="steps" onKeyDown={onKeyDown}>
        <div class="grid-lines" aria-hidden="true">
          <span />
          <span class="ruler">
            {scale.ticks(4).map((tick) => (
              <i key={tick} style={{ left: `${scale(tick)}%` }} />
            ))}
          </span>
          <span class="wide" />
          <span />
          <span class="wide" />
        </div>
        <VisibleRows
          count={steps.length}
          height={rowHeight}
          lit={at}
          row={(index) => {
            const step = steps[index];
            return (
              step && (
                <button
                  type="button"
                  class={step.id === chosen ? 'step-row chosen' : 'step-row'}
                  aria-pressed={step.id === chosen}
                  onClick={() => choose(step.id === chosen ? undefined : step)}
                >
                  <span
                    class={`step-name depth-${Math.min(step.depth, 8)}`}
                    title={`${step.agent}: ${step.name}`}
                  >
                    <Dot colour={colours.get(step.agent)} />
                    <span class="name">{step.name}</span>
                    <span class="unseen"> of {step.agent},</span>
                    {step.is_failed && (
                      <span class="failed-text">{step.error_text ?? 'failed'}</span>
                    )}
                  </span>
                  <Track
                    step={step}
                    first={first}
                    length={last - first}
                    colour={colours.get(step.agent)}
                  />
                  <span class="wide figure">
                    {step.total_tokens !== null && (
                      <span class="bar-cell">
                        <span class="bar-room">
                          <TokenBar
                            input={step.input_tokens}
                            cached={step.cached_tokens}
                            output={step.output_tokens}
                            share={most === 0 ? 0 : Math.sqrt(step.total_tokens / most)}
                          />
                        </span>
                        <span class="bar-figure">{whole(step.total_tokens)}</span>
                      </span>
                    )}
                  </span>
                  <span class="figure">{step.time === null ? none : seconds(step.time)}</span>
                  <span class="wide figure" title={exactDollars(step.cost)}>
                    {step.cost === null ? '' : dollars(step.cost)}
                  </span>
                </button>
              )
            );
          }}
        />
      </div>
      {at >= 0 && steps[at] !== undefined && <StepDetail step={steps[at]} />}
    </section>
  );
}

function Track({
  step,
  first,
  length,
  colour = 'c0',
}: {
  readonly step: Step;
  readonly first: number;
  readonly length: number;
  readonly colour: string | undefined;
}) {
  const share = (ms: number) => `${(ms / length) * 100}%`;
  const left = share(step.start - first);
  if (step.time === null)
    return (
      <span class="track">
        <i class="mark" style={{ left }} />
      </span>
    );
  const waits = Math.min(step.time_to_first_token ?? 0, step.time);
  const tone = step.is_failed ? 'failed' : step.type === 'tool_call' ? 'tool' : colour;
  return (
    <span class="track">
      <i class={`step-bar ${tone}`} style={{ left, width: share(step.end - step.start) }}>
        {waits > 0 && <i class="waiting" style={{ width: `${(waits / step.time) * 100}%` }} />}
      </i>
    </span>
  );
}
