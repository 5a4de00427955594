import type { ComponentChildren, VNode } from 'preact';
import { useEffect, useMemo, useRef, useState } from 'preact/hooks';

/** Up to this number, all rows are drawn. */
const fewRows = 200;
/** Rows come and go in blocks of this size: fewer, larger changes are painted faster. */
const block = 16;

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
      const seen = Math.floor(-top / height);
      const from = Math.max(0, (Math.floor(seen / block) - 1) * block);
      const to = (Math.ceil((seen + innerHeight / height) / block) + 1) * block;
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
  // While only the window moves, the rows that stay are the same objects, which are not compared again.
  const drawn = useMemo(() => new Map<number, VNode>(), [row, height]);
  const draw = (index: number) => {
    const known = drawn.get(index);
    if (known !== undefined) return known;
    const made = (
      <div
        key={index}
        data-row={index}
        style={{ top: `${index * height}px`, height: `${height}px` }}
      >
        {row(index)}
      </div>
    );
    drawn.set(index, made);
    return made;
  };
  const isAll = count <= fewRows;
  const [from, to] = isAll ? [0, count] : [first, Math.min(count, last)];
  for (const index of drawn.keys()) if (index < from || index >= to) drawn.delete(index);
  return (
    <div ref={frame} class="rows" style={{ height: `${count * height}px` }}>
      {Array.from({ length: Math.max(0, to - from) }, (_, offset) => draw(from + offset))}
    </div>
  );
}
