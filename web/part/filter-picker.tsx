import { useEffect, useRef, useState } from 'preact/hooks';
import { change, type FilterName, parameters } from '../address/parameters.js';
import { labelNames, valuesOf } from '../ask/values.js';
import { filterWord } from './filter-words.js';

/** A field, and then a value that is typed or chosen from a list (ARIA combobox). */
export function FilterPicker({
  names,
  hasLabels,
  close,
}: {
  readonly names: readonly FilterName[];
  readonly hasLabels: boolean;
  readonly close: () => void;
}) {
  const [name, setName] = useState<FilterName>(names[0] ?? 'user_id');
  const [labels, setLabels] = useState<readonly string[]>([]);
  useEffect(() => {
    const ending = new AbortController();
    // Without labels, or if they cannot be read, the other fields are still shown.
    if (hasLabels)
      labelNames().then(
        (all) => ending.signal.aborted || setLabels(all),
        () => undefined,
      );
    return () => ending.abort();
  }, []);
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
              {filterWord(one)}
            </option>
          ))}
          {labels.length > 0 && (
            <optgroup label="Labels">
              {labels.map((label) => (
                <option key={label} value={`label.${label}`}>
                  {label}
                </option>
              ))}
            </optgroup>
          )}
        </select>
      </label>
      <input
        ref={input}
        role="combobox"
        aria-label={`${filterWord(name)} is`}
        aria-expanded={shown.length > 0}
        aria-controls="filter-values"
        aria-autocomplete="list"
        aria-activedescendant={at >= 0 ? `filter-value-${at}` : undefined}
        placeholder={`${filterWord(name)} is …`}
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
