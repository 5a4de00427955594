import { end, span, zone } from '../address/range.js';
import { shortZone } from '../address/zone.js';
import { stretch } from '../figure/moments.js';
import { Icon } from './icons.js';
import { later } from './later.js';
import { Popover } from './popover.js';

const RangePanel = later(async () => (await import('./range-panel.js')).RangePanel);

/** The chosen period and zone. */
export function RangePicker() {
  const { label, from } = span.value;
  const shown = label === 'custom' ? stretch(from, end.value) : label;
  return (
    <Popover
      label={`Time: ${shown}, ${zone.value}`}
      buttonClass="button range-button"
      isNamed
      button={
        <>
          <Icon name="clock" />
          <span class="unseen">Time:</span>
          <b>{shown}</b>
          <span class="faint">{shortZone(zone.value)}</span>
          <Icon name="down" />
        </>
      }
    >
      {(close) => <RangePanel close={close} />}
    </Popover>
  );
}
