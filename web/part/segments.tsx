/** A choice of a few, side by side. Each is a link, so the choice is in the address. */
export function Segments<T extends string>({
  label,
  options,
  chosen,
  href,
}: {
  readonly label: string;
  readonly options: readonly {
    readonly value: T;
    readonly text: string;
    readonly off?: string | undefined;
  }[];
  readonly chosen: T;
  readonly href: (value: T) => string;
}) {
  return (
    <nav class="segments" aria-label={label}>
      {options.map(({ value, text, off }) =>
        off === undefined ? (
          <a
            key={value}
            href={href(value)}
            data-replace
            aria-current={value === chosen ? 'true' : undefined}
          >
            {text}
          </a>
        ) : (
          <span key={value} class="off" title={off}>
            {text}
            <span class="unseen"> ({off})</span>
          </span>
        ),
      )}
    </nav>
  );
}
