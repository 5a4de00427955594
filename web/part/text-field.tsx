/** A labelled text input of a form. */
export function TextField({
  text,
  value,
  onInput,
  hint,
  list,
  isOptional = false,
  isNumber = false,
}: {
  readonly text: string;
  readonly value: string;
  readonly onInput: (value: string) => void;
  readonly hint?: string | undefined;
  /** Suggested values; others can be typed. */
  readonly list?: { readonly id: string; readonly values: readonly string[] } | undefined;
  readonly isOptional?: boolean;
  readonly isNumber?: boolean;
}) {
  const common = {
    value,
    required: !isOptional,
    ...(hint === undefined ? {} : { placeholder: hint }),
    inputMode: isNumber ? ('decimal' as const) : ('text' as const),
    autocomplete: 'off',
    spellcheck: false,
    onInput: (event: { readonly currentTarget: HTMLInputElement }) =>
      onInput(event.currentTarget.value),
  };
  return (
    // biome-ignore lint/a11y/noLabelWithoutControl: one of the two inputs is in it
    <label>
      <span>{text}</span>
      {list === undefined ? (
        <input type="text" {...common} />
      ) : (
        <input type="text" list={list.id} {...common} />
      )}
      {list !== undefined && (
        <datalist id={list.id}>
          {list.values.map((one) => (
            <option key={one} value={one} />
          ))}
        </datalist>
      )}
    </label>
  );
}
