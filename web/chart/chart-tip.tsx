import { useEffect, useState } from 'preact/hooks';
import { Dot } from '../part/dot.js';

/** Up to this width of a chart, a tip beside the pointer would be cut off. */
const narrow = 460;

/**
 * A bucket's figures beside the pointer. A screen reader also gets them, once the pointer rests.
 */
export function ChartTip({
  title,
  note,
  rows,
  total,
  before,
  x,
  width,
}: {
  readonly title: string;
  readonly note: string | undefined;
  readonly rows: readonly {
    readonly name: string;
    readonly colour: string;
    readonly text: string;
  }[];
  readonly total: string | undefined;
  readonly before: string | undefined;
  readonly x: number;
  readonly width: number;
}) {
  const spoken = `${title}${note === undefined ? '' : `, ${note}`}: ${
    total === undefined
      ? rows.map(({ name, text }) => `${name} ${text}`).join(', ')
      : `total ${total}`
  }`;
  const [said, setSaid] = useState('');
  useEffect(() => {
    const timer = setTimeout(() => setSaid(spoken), 400);
    return () => clearTimeout(timer);
  }, [spoken]);
  const isRight = x > width / 2;
  // On a phone there is no room beside the pointer, so it stands at the other edge.
  const place =
    width < narrow
      ? isRight
        ? { left: '0' }
        : { right: '0' }
      : isRight
        ? { right: `${width - x + 14}px` }
        : { left: `${x + 14}px` };
  return (
    <>
      <div class="tip" aria-hidden="true" style={place}>
        <p class="tip-title">
          {title} {note !== undefined && <span class="faint">{note}</span>}
        </p>
        <table>
          <tbody>
            {[...rows].reverse().map(({ name, colour, text }) => (
              <tr key={name}>
                <td>
                  <Dot colour={colour} />
                  {name}
                </td>
                <td>{text}</td>
              </tr>
            ))}
            {total !== undefined && (
              <tr class="total">
                <td>Total</td>
                <td>{total}</td>
              </tr>
            )}
            {before !== undefined && (
              <tr class="faint">
                <td>Previous period</td>
                <td>{before}</td>
              </tr>
            )}
          </tbody>
        </table>
      </div>
      <span class="unseen" aria-live="polite">
        {said}
      </span>
    </>
  );
}
