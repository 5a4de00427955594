import type { ComponentChildren } from 'preact';
import { useEffect, useRef, useState } from 'preact/hooks';

/** Up to this number, all rows are drawn. */
const fewRows = 200;
const margin = 12;

/** Rows of equal height. Only the visible ones are drawn. */
export function VisibleRows({
  count,
  height,
  lit,
  row,
}: {
  readonly count: number;
  readonly height: number;
  /** The selected row. It is scrolled into view when it changes. */
  readonly lit: number;
  readonly row: (index: number) => ComponentChildren;
}) {
  const frame = useRef<HTMLDivElement>(null);
  const [[first, last], setShown] = useState<readonly [number, number]>([0, fewRows]);
  useEffect(() => {
    if (count <= fewRows) return undefined;
    const look = () => {
      const top = frame.current?.getBoundingClientRect().top ?? 0;
      const from = Math.max(0, Math.floor(-top / height) - margin);
      const to = from + Math.ceil(innerHeight / height) + margin * 2;
      setShown((shown) => (shown[0] === from && shown[1] === to ? shown : [from, to]));
    };
    look();
    addEventListener('scroll', look, { passive: true });
    addEventListener('resize', look);
    return () => {
      removeEventListener('scroll', look);
      removeEventListener('resize', look);
    };
  }, [count, height]);
  const was = useRef(lit);
  useEffect(() => {
    if (lit < 0 || lit === was.current || frame.current === null) return;
    was.current = lit;
    const top = frame.current.getBoundingClientRect().top + lit * height;
    // Its detail is at the bottom of the window.
    if (top < 80) scrollBy(0, top - 80);
    else if (top > innerHeight - 260) scrollBy(0, top - innerHeight + 260);
    requestAnimationFrame(() =>
      frame.current
        ?.querySelector<HTMLElement>(`[data-row="${lit}"] button`)
        ?.focus({ preventScroll: true }),
    );
  }, [lit, height]);
  const isAll = count <= fewRows;
  const [from, to] = isAll ? [0, count] : [first, Math.min(count, last)];
  return (
    <div ref={frame} class="rows" style={{ height: `${count * height}px` }}>
      {Array.from({ length: Math.max(0, to - from) }, (_, offset) => {
        const index = from + offset;
        return (
          <div
            key={index}
            data-row={index}
            style={{ top: `${index * height}px`, height: `${height}px` }}
          >
            {row(index)}
          </div>
        );
      })}
    </div>
  );
}
