import type { FilterName } from '../../address/parameters.js';
import { change, filters, screen } from '../../address/parameters.js';
import { end, rfc3339, span } from '../../address/range.js';
import { useAsked } from '../../ask/asking.js';
import { service } from '../../ask/service.js';
import { moment, stretch } from '../../figure/moments.js';
import { filterWord } from '../../part/filter-words.js';
import { Given } from '../../part/given.js';
import { later } from '../../part/later.js';

const FirstEvent = later(async () => (await import('./first-event.js')).FirstEvent);

/** Nothing in the range: says whether there is any data, and links to it. */
export function NothingHere() {
  const last = useAsked(
    'last-session',
    {},
    async () => (await service.listSessions({ limit: 1 })).items[0] ?? null,
  );
  const chosen = Object.entries(filters.value) as [FilterName, readonly string[]][];
  const { label, from } = span.value;
  return (
    <Given asked={last}>
      {(session) =>
        session === null ? (
          <FirstEvent />
        ) : (
          <section class="card empty" aria-label="Nothing here">
            <h2>
              Nothing{' '}
              {label === 'custom'
                ? `from ${stretch(from, end.value)}`
                : `in the ${label.toLowerCase()}`}
              {chosen.length > 0
                ? ' that matches the filters'
                : isHere(session.ended_at) && ' that is counted here'}
            </h2>
            {chosen.map(([name, values]) => (
              <p key={name}>
                <button type="button" class="button" onClick={() => change({ [name]: undefined })}>
                  Remove the filter {filterWord(name)} {values.join(', ')}
                </button>
              </p>
            ))}
            {session.ended_at !== null && (
              <p>
                The last event is from <b>{moment(session.ended_at)}</b>.{' '}
                {isHere(session.ended_at) ? (
                  <>
                    The <a href={screen('/sessions')}>sessions</a> show what was sent.
                  </>
                ) : (
                  <button
                    type="button"
                    class="button"
                    onClick={() => showAround(session.ended_at ?? '')}
                  >
                    Show the seven days up to it
                  </button>
                )}
              </p>
            )}
          </section>
        )
      }
    </Given>
  );
}

/** Whether an event is in the range: some, such as a user's message, have no figures. */
const isHere = (text: string | null) =>
  text !== null &&
  Date.parse(text) >= span.value.from &&
  Date.parse(text) < (span.value.to ?? Number.POSITIVE_INFINITY);

function showAround(text: string): void {
  const at = Math.ceil(Date.parse(text) / 900_000) * 900_000;
  change({ range: undefined, from: rfc3339(at - 7 * 86_400_000), to: rfc3339(at) });
}
