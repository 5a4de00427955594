import { useEffect, useState } from 'preact/hooks';
import { Icon, type IconName } from './icons.js';

/** Copies a string to the clipboard, and confirms it. */
export function Copy({
  text,
  label = 'Copy',
  icon = 'copy',
}: {
  readonly text: string | (() => string);
  readonly label?: string;
  readonly icon?: IconName;
}) {
  const [state, setState] = useState<'idle' | 'done' | 'failed'>('idle');
  useEffect(() => {
    if (state === 'idle') return undefined;
    const timer = setTimeout(() => setState('idle'), 2_000);
    return () => clearTimeout(timer);
  }, [state]);
  const copy = () => {
    navigator.clipboard.writeText(typeof text === 'string' ? text : text()).then(
      () => setState('done'),
      () => setState('failed'),
    );
  };
  return (
    <button type="button" class="button" onClick={copy}>
      <Icon name={state === 'done' ? 'check' : icon} />
      <span aria-live="polite">
        {state === 'done' ? 'Copied' : state === 'failed' ? 'Not allowed here' : label}
      </span>
    </button>
  );
}
