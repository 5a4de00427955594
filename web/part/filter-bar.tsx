import { useEffect, useRef, useState } from 'preact/hooks';
import {
  change,
  type FilterName,
  filters,
  here,
  parameter,
  parameters,
} from '../address/parameters.js';
import { valuesOf } from '../ask/values.js';
import { Icon } from './icons.js';
import { Popover } from './popover.js';

/** The labels of the filters. */
export const filterWords: Readonly<Record<FilterName, string>> = {
  agent_id: 'Agent',
  model: 'Model',
  provider: 'Provider',
  tool_name: 'Tool',
  user_id: 'User',
  team_id: 'Team',
  workflow_id: 'Workflow',
  status: 'Status',
};

/** The filters as chips, and a button to add one. */
export function FilterBar({
  names,
  hasFailed = false,
}: {
  readonly names: readonly FilterName[];
  /** Whether the list can be narrowed to failures. */
  readonly hasFailed?: boolean;
}) {
  const isFailed = parameter('failed') === 'true';
  const chips = Object.entries(filters.value) as [FilterName, readonly string[]][];
  return (
    <div class="filters">
      <Icon name="filter" />
      {chips.flatMap(([name, values]) =>
        values.map((value) => (
          <span key={`${name} ${value}`} class={names.includes(name) ? 'chip' : 'chip unused'}>
            <span class="faint">{filterWords[name]}</span> <b>{value}</b>
            <a
              href={here({ [name]: values.filter((one) => one !== value) })}
              aria-label={`Without ${filterWords[name]} ${value}`}
            >
              <Icon name="cross" />
            </a>
          </span>
        )),
      )}
      <Popover label="Add a filter" buttonClass="chip add" align="left" isNamed button="+ Filter">
        {(close) => <FilterPicker names={names} close={close} />}
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
      {chips.some(([name]) => !names.includes(name)) && (
        <span class="faint">Dashed filters do not apply on this screen.</span>
      )}
    </div>
  );
}

/** A field, and then a value that is typed or chosen from a list (ARIA combobox). */
function FilterPicker({
  names,
  close,
}: {
  readonly names: readonly FilterName[];
  readonly close: () => void;
}) {
  const [name, setName] = useState<FilterName>(names[0] ?? 'user_id');
  const [text, setText] = useState('');
  const [all, setAll] = useState<readonly string[]>([]);
  const [at, setAt] = useState(-1);
  const input = useRef<HTMLInputElement>(null);
  useEffect(() => {
    input.current?.focus();
    const ending = new AbortController();
    setAll([]);
    valuesOf(name).then(
      (values) => ending.signal.aborted || setAll(values),
      () => ending.signal.aborted || setAll([]),
    );
    return () => ending.abort();
  }, [name]);
  const shown = all.filter((value) => value.toLowerCase().includes(text.toLowerCase())).slice(0, 8);
  const take = (value: string) => {
    if (value === '') return;
    change({ [name]: [...new Set([...parameters(name), value])] });
    close();
  };
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.key === 'ArrowDown') setAt(Math.min(shown.length - 1, at + 1));
    else if (event.key === 'ArrowUp') setAt(Math.max(-1, at - 1));
    else if (event.key === 'Enter') take(shown[at] ?? text.trim());
    else return;
    event.preventDefault();
  };
  return (
    <div class="filter-picker">
      <label>
        <span class="unseen">Field</span>
        <select value={name} onChange={(event) => setName(event.currentTarget.value as FilterName)}>
          {names.map((one) => (
            <option key={one} value={one}>
              {filterWords[one]}
            </option>
          ))}
        </select>
      </label>
      <input
        ref={input}
        role="combobox"
        aria-label={`${filterWords[name]} is`}
        aria-expanded={shown.length > 0}
        aria-controls="filter-values"
        aria-autocomplete="list"
        aria-activedescendant={at >= 0 ? `filter-value-${at}` : undefined}
        placeholder={`${filterWords[name]} is …`}
        value={text}
        autocomplete="off"
        onInput={(event) => {
          setText(event.currentTarget.value);
          setAt(-1);
        }}
        onKeyDown={onKeyDown}
      />
      <div id="filter-values" role="listbox" aria-label="Values" hidden={shown.length === 0}>
        {shown.map((value, index) => (
          // biome-ignore lint/a11y/useFocusableInteractive: the focus stays in the box above
          // biome-ignore lint/a11y/useKeyWithClickEvents: so do the keys
          <div
            key={value}
            id={`filter-value-${index}`}
            role="option"
            aria-selected={index === at}
            onClick={() => take(value)}
          >
            {value}
          </div>
        ))}
      </div>
    </div>
  );
}
