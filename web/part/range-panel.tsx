import { useRef, useState } from 'preact/hooks';
import { change, here, parameter } from '../address/parameters.js';
import { end, presets, readDuration, rfc3339, span, zone } from '../address/range.js';
import { allZones, browserZone, momentOf, wallClock } from '../address/zone.js';
import { Copy } from './copy.js';

/** A local time in the chosen zone, in the format of `datetime-local`. */
const localText = (at: number) => new Date(wallClock(zone.value, at)).toISOString().slice(0, 16);
const momentFrom = (text: string) => momentOf(zone.value, Date.parse(`${text}:00Z`));

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
    const duration = readDuration(typed.current?.value ?? '');
    if (duration === undefined) setFault('Enter a number with m, h, d or w, such as 25m or 3d.');
    else choose(`${duration.count}${duration.unit}`);
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
          <label for="typed-range">Last</label>
          <input
            id="typed-range"
            ref={typed}
            placeholder="25m, 3d, 2w"
            size={8}
            autocomplete="off"
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
