import { here } from '../../address/parameters.js';
import { useAsked } from '../../ask/asking.js';
import { labelNames } from '../../ask/values.js';
import { Given } from '../../part/given.js';
import { Icon } from '../../part/icons.js';
import { Popover } from '../../part/popover.js';

/** Chooses the label that the chart is split by. */
export function LabelChoice({ chosen }: { readonly chosen: string }) {
  return (
    <Popover
      label="Split by a label"
      align="left"
      isNamed
      button={
        <>
          Label <Icon name="down" />
        </>
      }
    >
      {(close) => <Names chosen={chosen} close={close} />}
    </Popover>
  );
}

function Names({ chosen, close }: { readonly chosen: string; readonly close: () => void }) {
  const asked = useAsked('label-names', {}, labelNames);
  return (
    <Given asked={asked}>
      {(names) =>
        names.length === 0 ? (
          <p class="note">No event has a label yet.</p>
        ) : (
          <ul class="menu">
            {names.map((name) => (
              <li key={name}>
                <a
                  href={here({ by: `label:${name}`, hide: undefined })}
                  aria-current={chosen === `label:${name}` ? 'true' : undefined}
                  onClick={close}
                  data-replace
                >
                  {name}
                </a>
              </li>
            ))}
          </ul>
        )
      }
    </Given>
  );
}
