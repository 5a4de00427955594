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
  hasLabels = true,
}: {
  readonly names: readonly FilterName[];
  /** Whether the list can be narrowed to failures. */
  readonly hasFailed?: boolean;
  /** Whether the screen can be filtered by labels. */
  readonly hasLabels?: boolean;
}) {
  const isFailed = parameter('failed') === 'true';
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
      {hasFailed && (
        <a
          class={isFailed ? 'chip' : 'chip add'}
          href={here({ failed: isFailed ? undefined : 'true' })}
          role="switch"
          aria-checked={isFailed}
        >
          Only failures {isFailed && <Icon name="cross" />}
        </a>
      )}
      {chips.some(([name]) => !isUsed(name)) && (
        <span class="faint">Dashed filters do not apply on this screen.</span>
      )}
    </div>
  );
}
