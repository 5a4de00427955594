import { useRef, useState } from 'preact/hooks';
import { type Changes, change, here, parameter } from '../address/parameters.js';
import { end, now, presets, rfc3339, span, zone } from '../address/range.js';
import { readTyped } from '../address/typed-range.js';
import { allZones, browserZone, momentOf, wallClock } from '../address/zone.js';
import { Copy } from './copy.js';

/** A local time in the chosen zone, in the format of `datetime-local`. */
const localText = (at: number) => new Date(wallClock(zone.value, at)).toISOString().slice(0, 16);
const momentFrom = (text: string) => momentOf(zone.value, Date.parse(`${text}:00Z`));

const isBackwards = ({ from, to }: Changes) =>
  from !== undefined && to !== undefined && Date.parse(String(to)) <= Date.parse(String(from));

/** Ranges to choose from, a typed length, two times, and the zone. Each choice is a link. */
export function RangePanel({ close }: { readonly close: () => void }) {
  const [fault, setFault] = useState<string>();
  const typed = useRef<HTMLInputElement>(null);
  const [from, to] = [useRef<HTMLInputElement>(null), useRef<HTMLInputElement>(null)];
  const chosen = parameter('from') === undefined ? (parameter('range') ?? '28d') : undefined;
  const choose = (range: string) => {
    change({ range, from: undefined, to: undefined });
    close();
  };
  const submitTyped = (event: SubmitEvent) => {
    event.preventDefault();
    const range = readTyped(typed.current?.value ?? '', zone.value, now.value);
    if (range === undefined) {
      setFault('Enter a range such as 25m, last 3 days, now-7d, yesterday or 2026-11-01 to now.');
    } else if (isBackwards(range)) {
      setFault('The end must be after the start.');
    } else {
      change(range);
      close();
    }
  };
  const submitFixed = (event: SubmitEvent) => {
    event.preventDefault();
    const [first, last] = [
      momentFrom(from.current?.value ?? ''),
      momentFrom(to.current?.value ?? ''),
    ];
    if (Number.isNaN(first) || Number.isNaN(last) || last <= first) {
      setFault('The end must be after the start.');
      return;
    }
    change({ range: undefined, from: rfc3339(first), to: rfc3339(last) });
    close();
  };
  const address = (isFixed: boolean) => () => {
    const when = isFixed
      ? { range: undefined, from: rfc3339(span.value.from), to: rfc3339(end.value) }
      : {};
    return new URL(here({ ...when, tz: zone.value }), location.href).href;
  };
  return (
    <div class="range-panel">
      <ul class="menu presets">
        {presets.map(([name, text]) => (
          <li key={name}>
            <button type="button" aria-pressed={chosen === name} onClick={() => choose(name)}>
              {text}
            </button>
          </li>
        ))}
      </ul>
      <div class="range-fields">
        <form onSubmit={submitTyped}>
          <label for="typed-range">Range</label>
          <input
            id="typed-range"
            ref={typed}
            placeholder="25m, last 3 days, now-7d"
            title="25m, 3d, last 36 hours, now-7d, today, yesterday, last month, 2026-11-01, 2026-11-01 to now-1d"
            size={20}
            autocomplete="off"
            spellcheck={false}
          />
          <button type="submit" class="button">
            Go
          </button>
        </form>
        <form class="fixed-range" onSubmit={submitFixed}>
          <label>
            From{' '}
            <input
              type="datetime-local"
              ref={from}
              defaultValue={localText(span.value.from)}
              required
            />
          </label>
          <label>
            To <input type="datetime-local" ref={to} defaultValue={localText(end.value)} required />
          </label>
          <button type="submit" class="button">
            Show
          </button>
        </form>
        <p class="fault" role="alert">
          {fault}
        </p>
        <label>
          Time zone
          <select
            value={zone.value}
            onChange={(event) => change({ tz: event.currentTarget.value })}
          >
            {[...new Set([browserZone, zone.value, ...allZones()])].map((name) => (
              <option key={name} value={name}>
                {name}
              </option>
            ))}
          </select>
        </label>
        <div class="links">
          {parameter('from') === undefined && (
            <Copy icon="link" label="Copy moving link" text={address(false)} />
          )}
          <Copy icon="link" label="Copy fixed link" text={address(true)} />
        </div>
      </div>
    </div>
  );
}
