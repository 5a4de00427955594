import { useEffect, useLayoutEffect, useRef, useState } from 'preact/hooks';
import { screen } from '../address/parameters.js';
import { go } from '../address/place.js';
import { type Found, findAll } from '../ask/find.js';
import { Dialog } from './dialog.js';
import { Failure } from './given.js';

/** Finds names that begin with the input, and opens the chosen one. */
export function Find({ onClose }: { readonly onClose: () => void }) {
  const [text, setText] = useState('');
  const [found, setFound] = useState<readonly Found[]>([]);
  const [state, setState] = useState<'idle' | 'looking' | 'done'>('idle');
  const [fault, setFault] = useState<unknown>();
  const input = useRef<HTMLInputElement>(null);
  const list = useRef<HTMLUListElement>(null);
  useLayoutEffect(() => input.current?.focus(), []);
  useEffect(() => {
    const query = text.trim();
    setFault(undefined);
    if (query === '') {
      setFound([]);
      setState('idle');
      return undefined;
    }
    const ending = new AbortController();
    setState('looking');
    const timer = setTimeout(() => {
      findAll(query).then(
        (all) => {
          if (ending.signal.aborted) return;
          setFound(all);
          setState('done');
        },
        (error: unknown) => ending.signal.aborted || setFault(error),
      );
    }, 150);
    return () => {
      ending.abort();
      clearTimeout(timer);
    };
  }, [text]);
  // Arrows move between the box and what was found.
  const onKeyDown = (event: KeyboardEvent) => {
    const by = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (by === undefined) return;
    event.preventDefault();
    const links = [...(list.current?.querySelectorAll<HTMLElement>('a') ?? [])];
    const stops = [input.current, ...links];
    const at = stops.indexOf(document.activeElement as HTMLElement);
    stops[Math.max(0, Math.min(stops.length - 1, at + by))]?.focus();
  };
  const open = (one: Found | undefined) => {
    if (one === undefined) return;
    onClose();
    go(screen(one.path, one.changes));
  };
  return (
    <Dialog title="Find" onClose={onClose}>
      <form
        class="find"
        onSubmit={(event) => {
          event.preventDefault();
          open(found[0]);
        }}
      >
        <input
          ref={input}
          type="search"
          aria-label="Session, run, user, agent, model or tool"
          placeholder="Session, run, user, agent, model or tool"
          value={text}
          autocomplete="off"
          onInput={({ currentTarget: { value } }) => setText(value)}
          onKeyDown={onKeyDown}
        />
      </form>
      {fault !== undefined && <Failure error={fault} />}
      <ul class="found" aria-live="polite" ref={list}>
        {found.map((one) => (
          <li key={`${one.kind} ${one.name} ${one.note ?? ''}`}>
            <a
              href={screen(one.path, one.changes)}
              onClick={(event) => {
                // In another tab, if that is what the keys mean.
                if (event.ctrlKey || event.metaKey || event.shiftKey) return;
                event.preventDefault();
                open(one);
              }}
              onKeyDown={onKeyDown}
            >
              <span class="faint">{one.kind}</span> {one.name}{' '}
              {one.note !== undefined && <small class="faint">{one.note}</small>}
            </a>
          </li>
        ))}
        {state === 'done' && found.length === 0 && <li class="faint">Nothing begins with this.</li>}
      </ul>
    </Dialog>
  );
}
