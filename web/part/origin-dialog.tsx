import { Copy } from './copy.js';
import { Dialog } from './dialog.js';

/**
 * Where a figure comes from: the request that returned it, and the SQL that returns the same rows.
 */
export interface Origin {
  readonly url: string;
  readonly sql?: string | undefined;
  readonly note?: string | undefined;
}

/** Shows the request and the SQL for the figures of a card. */
export function OriginDialog({
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
          'The figures are totals that the worker folds from the log as events arrive. This request returns them:'}
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
