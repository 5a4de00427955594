import { Copy } from './copy.js';

/** Unchanged JSON, to read and copy. */
export function JsonView({ label, value }: { readonly label: string; readonly value: unknown }) {
  const text = JSON.stringify(value, null, 2);
  return (
    <section class="card json" aria-label={label}>
      <header class="card-head">
        <h2>{label}</h2>
        <Copy text={text} />
      </header>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keys */}
      <pre tabIndex={0}>{text}</pre>
    </section>
  );
}
