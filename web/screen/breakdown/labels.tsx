import { here, parameter } from '../../address/parameters.js';
import { useAsked } from '../../ask/asking.js';
import { labelNames } from '../../ask/values.js';
import { Bar } from '../../part/bar.js';
import { Given } from '../../part/given.js';
import { Segments } from '../../part/segments.js';
import { BreakdownTable } from './breakdown.js';
import { labelKind } from './kinds.js';

/** Usage of the range by the values of one label, which is chosen in the address. */
export function Labels() {
  const asked = useAsked('label-names', {}, labelNames);
  const wanted = parameter('by')?.replace(/^label:/, '');
  return (
    <Given
      asked={asked}
      shape={
        <>
          <Bar title="Labels" hasRange hasCompare hasLive />
          <div class="card shape-table" />
        </>
      }
    >
      {(names) => {
        const [first] = names;
        if (first === undefined) return <NoLabels />;
        const chosen = names.find((name) => name === wanted) ?? first;
        return (
          <BreakdownTable key={chosen} kind={labelKind(chosen)}>
            <p class="above-filters">
              <Segments
                label="Label"
                chosen={chosen}
                options={names.map((name) => ({ value: name, text: name }))}
                href={(name) => here({ by: `label:${name}`, sort: undefined, order: undefined })}
              />
            </p>
          </BreakdownTable>
        );
      }}
    </Given>
  );
}

function NoLabels() {
  return (
    <>
      <Bar title="Labels" />
      <section class="card empty" aria-label="No labels">
        <h2>No event has a label yet</h2>
        <p>Labels are your own dimensions, such as customer or feature. Send them with an event:</p>
        <pre>{'"labels": {\n  "customer": "acme",\n  "feature": "search"\n}'}</pre>
      </section>
    </>
  );
}
