import { Dot } from '../part/dot.js';

/** Which colour is which, where no table beside the chart says so. */
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
