import { here, parameter } from '../address/parameters.js';

/** The link to the next rows. Back leads to the previous ones. */
export function Pages({
  next,
  shown,
}: {
  readonly next: string | undefined;
  readonly shown: number;
}) {
  const isLater = parameter('cursor') !== undefined;
  if (!isLater && next === undefined) return null;
  return (
    <nav class="pages" aria-label="Pages">
      {isLater && (
        <a class="button" href={here({ cursor: undefined })}>
          First page
        </a>
      )}
      {isLater && (
        <button type="button" class="button" onClick={() => history.back()}>
          Back
        </button>
      )}
      <span class="faint">{shown} rows</span>
      {next !== undefined && (
        <a class="button" rel="next" href={here({ cursor: next })}>
          Next page
        </a>
      )}
    </nav>
  );
}
