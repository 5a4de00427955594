/** The used and the held part of a limit, as a bar. */
export function UseBar({
  used,
  held,
  limit,
  tone = '',
}: {
  readonly used: number;
  readonly held: number;
  readonly limit: number;
  readonly tone?: string;
}) {
  const share = (value: number) => Math.max(0, Math.min(1, value / limit));
  const width = (value: number) => ({ width: `${value * 100}%` });
  return (
    <span class={`use-bar ${tone}`} aria-hidden="true">
      <span class="used" style={width(share(used))} />
      <span class="held" style={width(Math.min(share(held), 1 - share(used)))} />
    </span>
  );
}
