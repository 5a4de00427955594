import type { ComponentChildren } from 'preact';
import { useEffect, useId, useRef, useState } from 'preact/hooks';

/** A button with a panel below it. Escape, or a click elsewhere, closes it. */
export function Popover({
  label,
  button,
  buttonClass = 'button',
  align = 'right',
  isNamed = false,
  children,
}: {
  readonly label: string;
  readonly button: ComponentChildren;
  readonly buttonClass?: string;
  readonly align?: 'left' | 'right';
  /** Whether the button's text is its name. */
  readonly isNamed?: boolean;
  /** Receives a function that closes the panel. */
  readonly children: (close: () => void) => ComponentChildren;
}) {
  const id = useId();
  const [isOpen, setOpen] = useState(false);
  const root = useRef<HTMLDivElement>(null);
  const trigger = useRef<HTMLButtonElement>(null);
  useEffect(() => {
    if (!isOpen) return undefined;
    const onDown = (event: PointerEvent) => {
      if (event.target instanceof Node && root.current?.contains(event.target) !== true)
        setOpen(false);
    };
    const onKey = (event: KeyboardEvent) => {
      if (event.key !== 'Escape') return;
      setOpen(false);
      trigger.current?.focus();
    };
    document.addEventListener('pointerdown', onDown);
    document.addEventListener('keydown', onKey);
    return () => {
      document.removeEventListener('pointerdown', onDown);
      document.removeEventListener('keydown', onKey);
    };
  }, [isOpen]);
  const close = () => {
    setOpen(false);
    trigger.current?.focus();
  };
  return (
    <div class="popover" ref={root}>
      <button
        type="button"
        ref={trigger}
        class={buttonClass}
        aria-expanded={isOpen}
        aria-haspopup="dialog"
        aria-controls={isOpen ? id : undefined}
        aria-label={isNamed ? undefined : label}
        title={label}
        onClick={() => setOpen(!isOpen)}
      >
        {button}
      </button>
      {isOpen && (
        <div id={id} class={`panel ${align}`} role="dialog" aria-label={label}>
          {children(close)}
        </div>
      )}
    </div>
  );
}
