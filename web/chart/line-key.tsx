import { Dot } from '../part/dot.js';

/** The colours of the series, if no table beside the chart shows them. */
export function LineKey({
  series,
}: {
  readonly series: readonly { readonly name: string; readonly colour: string }[];
}) {
  return (
    <p class="line-key">
      {series.map(({ name, colour }) => (
        <span key={name} class="part">
          <Dot colour={colour} /> {name}
        </span>
      ))}
    </p>
  );
}
