import { useState } from 'preact/hooks';
import { change, parameter, screen } from '../../address/parameters.js';
import { useVisible } from '../../ask/visible.js';
import { costOf, dollars, none, plural, rate, seconds, short } from '../../figure/figures.js';
import { exactMoment, timeOfDay } from '../../figure/moments.js';
import { Bar } from '../../part/bar.js';
import { DataTable } from '../../part/data-table.js';
import { Dialog } from '../../part/dialog.js';
import { FilterBar } from '../../part/filter-bar.js';
import { Failure } from '../../part/given.js';
import { Icon } from '../../part/icons.js';
import { later } from '../../part/later.js';
import { useLiveRows } from './live-rows.js';
import { isWanted, liveFilters } from './wanted.js';

const WaysToSend = later(async () => (await import('../first/ways-to-send.js')).WaysToSend);

/** Events, as they are folded. */
export function Live() {
  const [isPaused, setPaused] = useState(false);
  const [isTold, tell] = useState(false);
  const [isHovered, setHovered] = useState(false);
  const isVisible = useVisible();
  const onlyFailed = parameter('failed') === 'true';
  const isOn = !isPaused && !isHovered && isVisible;
  const { rows, rates, fault, note } = useLiveRows(isOn, (event) => isWanted(event, onlyFailed));
  const shown = rows.filter(({ event }) => isWanted(event, onlyFailed));
  return (
    <>
      <Bar title="Live">
        <button type="button" class="button" onClick={() => tell(true)}>
          How to send events
        </button>
        <button
          type="button"
          class={onlyFailed ? 'button on' : 'button'}
          aria-pressed={onlyFailed}
          onClick={() => change({ failed: onlyFailed ? undefined : 'true' }, { replace: true })}
        >
          Only failures
        </button>
        <button
          type="button"
          class="button"
          aria-pressed={isPaused}
          onClick={() => setPaused(!isPaused)}
        >
          <Icon name={isPaused ? 'play' : 'pause'} /> {isPaused ? 'Continue' : 'Pause'}
        </button>
      </Bar>
      {isTold && (
        <Dialog title="How to send events" onClose={() => tell(false)}>
          <WaysToSend />
        </Dialog>
      )}
      <FilterBar names={liveFilters} />
      <dl class="tiles card three">
        <Tile name="Events per second" value={rate(rates.events / rates.seconds)} />
        <Tile
          name="Cost per minute"
          value={costOf({
            cost: (rates.cost / rates.seconds) * 60,
            unpriced_messages: rates.unpriced,
          })}
        />
        <Tile name="Failures per minute" value={rate((rates.errors / rates.seconds) * 60)} />
      </dl>
      {fault !== undefined && <Failure error={fault} />}
      {note !== undefined && <p class="note">{note}</p>}
      <section
        class="card"
        aria-label="Events"
        onMouseEnter={() => setHovered(true)}
        onMouseLeave={() => setHovered(false)}
      >
        <p class="listening live-state" role="status">
          <span class={isOn ? 'lamp lit' : 'lamp'} aria-hidden="true" />
          {isOn ? 'Following' : isPaused ? 'Paused' : 'Waiting while you read; nothing is left out'}
        </p>
        {shown.length === 0 ? (
          <p class="nothing">
            {rows.length === 0
              ? 'No event has arrived since this screen was opened.'
              : 'No event that arrived matches the filters.'}
          </p>
        ) : (
          <DataTable
            label="Events"
            rows={shown}
            keyOf={({ id }) => id}
            columns={[
              {
                key: 'at',
                head: 'Occurred',
                cell: ({ event }) => (
                  <span class="nowrap" title={exactMoment(event.occurred_at)}>
                    {timeOfDay(event.occurred_at)}
                  </span>
                ),
              },
              {
                key: 'what',
                head: 'What',
                cell: ({ event, count }) => (
                  <>
                    {count > 1
                      ? `${plural(count, 'event')} of a run`
                      : (event.tool_name ??
                        event.model ??
                        event.role ??
                        (event.type === 'run' ? `run ${event.status ?? ''}` : event.type))}{' '}
                    {(event.error === true || event.status === 'error') && (
                      <span class="failed-text">{event.error_text ?? 'failed'}</span>
                    )}
                    {event.corrects !== null && <span class="status">correction</span>}
                  </>
                ),
              },
              {
                key: 'agent',
                head: 'Agent',
                isWide: true,
                cell: ({ event }) => <span class="text">{event.agent_id ?? none}</span>,
              },
              {
                key: 'user',
                head: 'User',
                isWide: true,
                cell: ({ event }) => <span class="text">{event.user_id ?? none}</span>,
              },
              {
                key: 'run',
                head: 'Run',
                isWide: true,
                cell: ({ event }) => (
                  <a
                    class="id"
                    href={screen(`/runs/${encodeURIComponent(event.run_id)}`, {
                      session: event.session_id,
                    })}
                  >
                    {event.run_id}
                  </a>
                ),
              },
              {
                key: 'tokens',
                head: 'Tokens',
                isFigure: true,
                isWide: true,
                cell: ({ event, count }) => (count > 1 ? '' : short(event.total_tokens)),
              },
              {
                key: 'time',
                head: 'Time',
                isFigure: true,
                cell: ({ event, count }) => (count > 1 ? '' : seconds(event.time)),
              },
              {
                key: 'cost',
                head: 'Cost',
                isFigure: true,
                cell: ({ event, count }) => (count > 1 ? '' : dollars(event.cost)),
              },
            ]}
          />
        )}
      </section>
    </>
  );
}

function Tile({ name, value }: { readonly name: string; readonly value: string }) {
  return (
    <div class="tile">
      <dt>{name}</dt>
      <dd>
        <strong>{value}</strong>
      </dd>
    </div>
  );
}
