import { useState } from 'preact/hooks';
import { Copy } from './copy.js';
import { Dialog } from './dialog.js';
import { Icon } from './icons.js';
import { Popover } from './popover.js';

/** How a figure comes about: the request that gave it, and the SQL that gives the same rows. */
export interface Origin {
  readonly url: string;
  readonly sql?: string | undefined;
  readonly note?: string | undefined;
}

/** What can be done with a chart or a table: take it along, send it, and see where it comes from. */
export function Menu({
  label,
  origin,
  csv,
  picture,
}: {
  readonly label: string;
  readonly origin: Origin;
  /** Makes the file; absent where there is none. */
  readonly csv?: (() => void) | undefined;
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
                <button type="button" onClick={then(csv, close)}>
                  <Icon name="download" /> CSV
                </button>
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

function OriginDialog({
  label,
  origin,
  onClose,
}: {
  label: string;
  origin: Origin;
  onClose: () => void;
}) {
  const curl = `curl '${origin.url.replaceAll("'", "'\\''")}'`;
  return (
    <Dialog title={`How is this computed? ${label}`} onClose={onClose}>
      <p>
        {origin.note ??
          'The figures are totals that the worker folds from the log as events come. This very request gives them:'}
      </p>
      <pre>{curl}</pre>
      <Copy text={curl} label="Copy the request" />
      {origin.sql !== undefined && (
        <>
          <p>And this SQL, on the views of the store:</p>
          <pre>{origin.sql}</pre>
          <Copy text={origin.sql} label="Copy the SQL" />
        </>
      )}
      <p class="faint">
        With keys, add <code>-H "Authorization: Bearer …"</code>.
      </p>
    </Dialog>
  );
}
