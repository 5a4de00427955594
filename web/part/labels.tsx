import type { Labels as LabelValues } from '../../src/client.js';
import { screen } from '../address/parameters.js';
import { none } from '../figure/figures.js';

/** Labels as names with values, each a link to what else has it. */
export function Labels({
  labels,
  to = '/runs',
}: {
  readonly labels: LabelValues | Readonly<Record<string, readonly string[]>> | null;
  readonly to?: string;
}) {
  const all = Object.entries(labels ?? {}).flatMap(([name, values]) =>
    [values].flat().map((value) => [name, value as string] as const),
  );
  if (all.length === 0) return <span class="faint">{none}</span>;
  return (
    <span class="labels">
      {all.map(([name, value]) => (
        <a
          key={`${name} ${value}`}
          class="label"
          href={screen(to, { [`label.${name}`]: [value] })}
          title={`${name}: ${value}`}
        >
          <span class="faint">{name}</span> {value}
        </a>
      ))}
    </span>
  );
}
