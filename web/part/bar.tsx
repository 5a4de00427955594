import type { ComponentChildren } from 'preact';
import { useEffect } from 'preact/hooks';
import { change, here, parameter, screen } from '../address/parameters.js';
import { rangeFault } from '../address/range.js';
import { isZone } from '../address/zone.js';
import { currency } from '../ask/service.js';
import { seconds } from '../figure/figures.js';
import { RangePicker } from './range-picker.js';

/** The header of a screen: its name, its parent screens, and its actions. */
export function Bar({
  title,
  above,
  after,
  hasRange = false,
  hasCompare = false,
  hasLive = false,
  children,
}: {
  readonly title: string;
  /** The parent screens. */
  readonly above?: readonly { readonly text: string; readonly href: string }[];
  /** Beside the name. */
  readonly after?: ComponentChildren;
  readonly hasRange?: boolean;
  readonly hasCompare?: boolean;
  readonly hasLive?: boolean;
  readonly children?: ComponentChildren;
}) {
  useEffect(() => {
    document.title = `${title} · Runfold`;
  }, [title]);
  const isLive = parameter('live') === 'on';
  const compares = parameter('compare') !== 'off';
  const lag = currency.value?.lag_seconds;
  const tz = parameter('tz');
  const goodZone = tz !== undefined && isZone(tz) ? tz : undefined;
  return (
    <>
      <div class="bar">
        <div class="bar-name">
          {above !== undefined && (
            <nav class="above" aria-label="Above">
              {above.map(({ text, href }) => (
                <a key={href} href={href}>
                  {text}
                </a>
              ))}
            </nav>
          )}
          <h1 tabIndex={-1}>
            {title} {after}
          </h1>
        </div>
        <div class="bar-actions">
          {children}
          {hasCompare && (
            <a
              class={compares ? 'button on' : 'button'}
              href={here({ compare: compares ? 'off' : undefined })}
              data-replace
              role="switch"
              aria-checked={compares}
            >
              Compare
            </a>
          )}
          {hasRange && <RangePicker />}
          {hasLive && (
            <button
              type="button"
              class={isLive ? 'button on' : 'button'}
              role="switch"
              aria-checked={isLive}
              onClick={() => change({ live: isLive ? undefined : 'on' }, { replace: true })}
            >
              <span class={isLive ? 'lamp lit' : 'lamp'} aria-hidden="true" /> Live
            </button>
          )}
        </div>
      </div>
      {hasRange && rangeFault.value !== undefined && (
        <p class="behind" role="alert">
          {rangeFault.value}{' '}
          <a href={here({ range: undefined, from: undefined, to: undefined, tz: goodZone })}>
            Use the default
          </a>
        </p>
      )}
      {lag !== undefined && lag > 30 && (
        <p class="behind" role="status">
          Figures are {seconds(lag)} behind. <a href={screen('/health')}>Health</a> says why.
        </p>
      )}
    </>
  );
}
