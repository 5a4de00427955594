import { change, screen } from '../../address/parameters.js';
import { filterOf } from '../../ask/usage.js';
import { atLeast, percent } from '../../figure/figures.js';
import { Change } from '../../part/change.js';
import { Dot } from '../../part/dot.js';
import type { Metric, Split } from './metrics.js';
import { noName, type Part } from './split-data.js';

/** The parts with their share and change. A click shows only one; a click with Ctrl hides one. */
export function KeyTable({
  metric,
  split,
  total,
  parts,
  lacks,
  hidden,
  light,
}: {
  readonly metric: Metric;
  readonly split: Split;
  /** What the sum below the parts is of. */
  readonly total: string;
  readonly parts: readonly Part[];
  /** Whether something is missing from the sum, also of what is no part because nothing of it is known. */
  readonly lacks: boolean;
  readonly hidden: ReadonlySet<string>;
  readonly light: (name: string | undefined) => void;
}) {
  const names = parts.map(({ name }) => name);
  const all = parts.reduce((sum, { total }) => sum + (total ?? 0), 0);
  const choose = (name: string, isOne: boolean) => {
    const rest = names.filter((one) => one !== name);
    const isAlone = rest.every((one) => hidden.has(one)) && !hidden.has(name);
    const next = isOne
      ? hidden.has(name)
        ? [...hidden].filter((one) => one !== name)
        : [...hidden, name]
      : isAlone
        ? []
        : rest;
    change({ hide: next.length === names.length ? [] : next }, { replace: true });
  };
  return (
    <table class="key">
      <thead>
        <tr>
          <th scope="col">{split.text}</th>
          <th scope="col" class="figure">
            {metric.text}
          </th>
          <th scope="col" class="figure">
            Share
          </th>
          <th scope="col" class="figure">
            Change
          </th>
        </tr>
      </thead>
      <tbody>
        {parts.map(({ name, colour, total: value, change: by, isOthers, least }) => (
          <tr
            key={name}
            class={hidden.has(name) ? 'hidden-part' : undefined}
            onMouseEnter={() => light(name)}
            onMouseLeave={() => light(undefined)}
          >
            <th scope="row">
              <button
                type="button"
                class="part"
                aria-pressed={!hidden.has(name)}
                title="Show alone; with Ctrl hide"
                onClick={(event) => choose(name, event.ctrlKey || event.metaKey)}
              >
                <Dot colour={colour} />
                <span class="name">{name}</span>
              </button>
              {!isOthers && split.dimension !== undefined && name !== noName && (
                <a
                  class="narrow"
                  href={screen('/sessions', filterBy(split, name))}
                  title={`Sessions of ${name}`}
                  aria-label={`Sessions of ${name}`}
                >
                  ›
                </a>
              )}
            </th>
            <td class="figure" title={atLeast(metric.format(value), least.size > 0)}>
              {atLeast(metric.brief(value), least.size > 0)}
            </td>
            <td class="figure">{all === 0 ? '–' : percentOf(value, all)}</td>
            <td class="figure">
              <Change value={by} isBad={metric.isBad || undefined} hidesLittle />
            </td>
          </tr>
        ))}
      </tbody>
      <tfoot>
        <tr>
          <th scope="row">{total}</th>
          <td class="figure" title={atLeast(metric.format(all), lacks)}>
            {atLeast(metric.brief(all), lacks)}
          </td>
          <td />
          <td />
        </tr>
      </tfoot>
    </table>
  );
}

const percentOf = (part: number | null, all: number) =>
  percent(part === null ? null : Math.round((part / all) * 100) / 100 || part / all).replace(
    '.0 %',
    ' %',
  );

function filterBy({ dimension }: Split, name: string) {
  return dimension === undefined || dimension === 'tool_name'
    ? {}
    : { [filterOf(dimension)]: [name] };
}
