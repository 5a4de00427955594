import { useState } from 'preact/hooks';
import { copyAddress } from '../address/copy-address.js';
import { Icon } from './icons.js';
import { later } from './later.js';
import type { Origin } from './origin-dialog.js';
import { Popover } from './popover.js';

const OriginDialog = later(async () => (await import('./origin-dialog.js')).OriginDialog);

/** The actions of a chart or a table: export it, share it, and show where it comes from. */
export function Menu({
  label,
  origin,
  csv,
  picture,
}: {
  readonly label: string;
  readonly origin: Origin;
  /** Creates the file, or its address; absent if there is none. */
  readonly csv?: (() => void) | string | undefined;
  readonly picture?: (() => void) | undefined;
}) {
  const [isAsked, setAsked] = useState(false);
  return (
    <>
      <Popover label={`${label}: more`} buttonClass="plain" button={<Icon name="more" />}>
        {(close) => (
          <ul class="menu">
            {csv !== undefined && (
              <li>
                {typeof csv === 'string' ? (
                  <a href={csv} download onClick={close}>
                    <Icon name="download" /> CSV
                  </a>
                ) : (
                  <button type="button" onClick={then(csv, close)}>
                    <Icon name="download" /> CSV
                  </button>
                )}
              </li>
            )}
            {picture !== undefined && (
              <li>
                <button type="button" onClick={then(picture, close)}>
                  <Icon name="download" /> PNG
                </button>
              </li>
            )}
            <li>
              <button type="button" onClick={then(copyAddress, close)}>
                <Icon name="link" /> Copy link
              </button>
            </li>
            <li>
              <button type="button" onClick={then(() => setAsked(true), close)}>
                <Icon name="find" /> How is this computed?
              </button>
            </li>
          </ul>
        )}
      </Popover>
      {isAsked && <OriginDialog label={label} origin={origin} onClose={() => setAsked(false)} />}
    </>
  );
}

const then = (act: () => void, close: () => void) => () => {
  close();
  act();
};
