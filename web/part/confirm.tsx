import type { ComponentChildren } from 'preact';
import { useState } from 'preact/hooks';
import { Dialog } from './dialog.js';
import { Failure } from './given.js';

/** Asks before something is done that cannot be undone. */
export function Confirm({
  title,
  action,
  act,
  onClose,
  children,
}: {
  readonly title: string;
  /** On the button. */
  readonly action: string;
  readonly act: () => Promise<unknown>;
  readonly onClose: () => void;
  readonly children: ComponentChildren;
}) {
  const [fault, setFault] = useState<unknown>();
  const go = async () => {
    setFault(undefined);
    try {
      await act();
      onClose();
    } catch (error) {
      setFault(error);
    }
  };
  return (
    <Dialog title={title} onClose={onClose}>
      {children}
      {fault !== undefined && <Failure error={fault} />}
      <button type="button" class="button danger" onClick={go}>
        {action}
      </button>
    </Dialog>
  );
}
