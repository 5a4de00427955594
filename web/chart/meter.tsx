/** A share as a bar beside its figure. */
export function Meter({ share, tone = '' }: { readonly share: number; readonly tone?: string }) {
  const width = `${Math.max(0, Math.min(1, share)) * 100}%`;
  return (
    <span class={`meter ${tone}`} aria-hidden="true">
      <span style={{ width }} />
    </span>
  );
}

/**
 * The tokens of a row by kind: cached, input, output. The bar's length is relative to the highest
 * row.
 */
export function TokenBar({
  input,
  cached,
  output,
  share,
}: {
  readonly input: number | null;
  readonly cached: number | null;
  readonly output: number | null;
  readonly share: number;
}) {
  const all = (input ?? 0) + (output ?? 0);
  if (all === 0) return null;
  const part = (value: number) => ({ width: `${(value / all) * 100}%` });
  const known = Math.min(cached ?? 0, input ?? 0);
  return (
    <span class="token-bar" aria-hidden="true" style={{ width: `${Math.max(8, share * 100)}%` }}>
      <span class="cached" style={part(known)} />
      <span class="input" style={part((input ?? 0) - known)} />
      <span class="output" style={part(output ?? 0)} />
    </span>
  );
}
