import { type FilterName, filters, here, isLabelFilter, parameter } from '../address/parameters.js';
import { filterWord } from './filter-words.js';
import { Icon } from './icons.js';
import { later } from './later.js';
import { Popover } from './popover.js';

const FilterPicker = later(async () => (await import('./filter-picker.js')).FilterPicker);

/** The filters as chips, and a button to add one. */
export function FilterBar({
  names,
  hasFailed = false,
  hasUnended = false,
  hasLabels = true,
}: {
  readonly names: readonly FilterName[];
  /** Whether the list can be narrowed to failures. */
  readonly hasFailed?: boolean;
  /** Whether the list can be narrowed to runs that have not ended. */
  readonly hasUnended?: boolean;
  /** Whether the screen can be filtered by labels. */
  readonly hasLabels?: boolean;
}) {
  const chips = Object.entries(filters.value) as [FilterName, readonly string[]][];
  const isUsed = (name: FilterName) => (isLabelFilter(name) ? hasLabels : names.includes(name));
  return (
    <div class="filters">
      <Icon name="filter" />
      {chips.flatMap(([name, values]) =>
        values.map((value) => (
          <span key={`${name} ${value}`} class={isUsed(name) ? 'chip' : 'chip unused'}>
            <span class="faint">{filterWord(name)}</span> <b>{value}</b>
            <a
              href={here({ [name]: values.filter((one) => one !== value) })}
              aria-label={`Remove the filter ${filterWord(name)} ${value}`}
            >
              <Icon name="cross" />
            </a>
          </span>
        )),
      )}
      <Popover label="Add a filter" buttonClass="chip add" align="left" isNamed button="+ Filter">
        {(close) => <FilterPicker names={names} hasLabels={hasLabels} close={close} />}
      </Popover>
      {hasFailed && <Switch name="failed" value="true" text="Only failures" />}
      {hasUnended && <Switch name="ended" value="false" text="Only running" />}
      {chips.some(([name]) => !isUsed(name)) && (
        <span class="faint">Dashed filters do not apply on this screen.</span>
      )}
    </div>
  );
}

/** A chip that sets a parameter to a value, or removes it. */
function Switch({
  name,
  value,
  text,
}: {
  readonly name: 'failed' | 'ended';
  readonly value: string;
  readonly text: string;
}) {
  const isOn = parameter(name) === value;
  return (
    <a
      class={isOn ? 'chip' : 'chip add'}
      href={here({ [name]: isOn ? undefined : value })}
      role="switch"
      aria-checked={isOn}
    >
      {text} {isOn && <Icon name="cross" />}
    </a>
  );
}
