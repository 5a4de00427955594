import { useState } from 'preact/hooks';

/**
 * The current bucket, and the selection that starts there: by pointer, or by arrows with shift.
 * Enter, or releasing the pointer, applies the selection; Escape cancels it.
 */
export function useStretch({
  count,
  indexAt,
  onZoom,
}: {
  readonly count: number;
  readonly indexAt: (clientX: number) => number;
  readonly onZoom: ((first: number, last: number) => void) | undefined;
}) {
  const [at, setAt] = useState<number | undefined>();
  const [anchor, setAnchor] = useState<number | undefined>();
  const stretch =
    anchor !== undefined && at !== undefined
      ? ([Math.min(anchor, at), Math.max(anchor, at)] as const)
      : undefined;
  const indexOf = (event: PointerEvent) => {
    const index = indexAt(event.clientX);
    return index < 0 || index >= count ? undefined : index;
  };
  const letGo = () => {
    setAnchor(undefined);
    setAt(undefined);
  };
  const move = (to: number, draws: boolean) => {
    const next = Math.max(0, Math.min(count - 1, to));
    setAnchor(draws ? (anchor ?? at ?? next) : undefined);
    setAt(next);
  };
  const onKeyDown = (event: KeyboardEvent) => {
    const moves: Readonly<Record<string, () => void>> = {
      ArrowLeft: () => move((at ?? count) - 1, event.shiftKey),
      ArrowRight: () => move((at ?? -1) + 1, event.shiftKey),
      Home: () => move(0, event.shiftKey),
      End: () => move(count - 1, event.shiftKey),
      Escape: letGo,
      Enter: () => {
        if (at === undefined || onZoom === undefined) return;
        letGo();
        onZoom(...(stretch ?? ([at, at] as const)));
      },
    };
    const act = moves[event.key];
    if (act === undefined || count === 0) return;
    event.preventDefault();
    act();
  };
  return {
    at,
    stretch,
    handlers: {
      onKeyDown,
      onBlur: letGo,
      onPointerMove: (event: PointerEvent) => {
        const index = indexOf(event);
        // During a selection the pointer may leave the chart.
        if (index !== undefined || anchor === undefined) setAt(index);
      },
      onPointerLeave: () => {
        if (anchor === undefined) setAt(undefined);
      },
      onPointerDown: (event: PointerEvent) => {
        const index = indexOf(event);
        const isTouch = event.pointerType === 'touch';
        if (onZoom === undefined || event.button !== 0 || isTouch || index === undefined) return;
        (event.currentTarget as Element).setPointerCapture(event.pointerId);
        setAnchor(index);
        setAt(index);
      },
      onPointerUp: () => {
        setAnchor(undefined);
        if (stretch !== undefined && stretch[0] !== stretch[1]) onZoom?.(...stretch);
      },
    },
  };
}
