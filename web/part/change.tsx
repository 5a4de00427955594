import { percent, times } from '../figure/figures.js';

/** The change against the previous period. Red if it is worse, green if it is better. */
export function Change({
  value,
  isBad,
  hidesLittle = false,
}: {
  readonly value: number | undefined;
  /** Whether more is worse; undefined if it is neither. */
  readonly isBad?: boolean | undefined;
  readonly hidesLittle?: boolean;
}) {
  if (value === undefined || (hidesLittle && Math.abs(value) < 0.05)) return null;
  const isMore = value > 0;
  const tone =
    Math.abs(value) < 0.005 || isBad === undefined ? '' : isMore === isBad ? 'worse' : 'better';
  return (
    <span class={`change ${tone}`} title="Compared with the previous period">
      <span aria-hidden="true">{Math.abs(value) < 0.0005 ? '=' : isMore ? '▲' : '▼'}</span>{' '}
      <span class="unseen">{value > 9.995 ? 'more, ' : isMore ? 'more by' : 'less by'}</span>
      {value > 9.995 ? times(value + 1) : percent(Math.abs(value))}
    </span>
  );
}
