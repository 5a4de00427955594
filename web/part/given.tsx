import type { ComponentChildren } from 'preact';
import { useEffect, useState } from 'preact/hooks';
import { ApiError } from '../../src/client.js';
import type { Asked } from '../ask/asking.js';
import { isSignedOut } from '../ask/service.js';
import { Icon } from './icons.js';

/**
 * The result of a request: a placeholder at first, the old response dimmed while a new one loads,
 * and only the error if it fails.
 */
export function Given<T>({
  asked,
  shape,
  children,
}: {
  readonly asked: Asked<T>;
  readonly shape?: ComponentChildren;
  readonly children: (value: T) => ComponentChildren;
}) {
  const { value, error, isOld } = asked;
  if (error !== undefined && value === undefined)
    return <Failure error={error} again={asked.again} />;
  if (value === undefined) {
    return (
      <div class="shape" aria-busy="true">
        <span class="unseen">Loading</span>
        {shape ?? <ShapeRows />}
      </div>
    );
  }
  return (
    <div class={isOld ? 'given old' : 'given'} aria-busy={isOld ? 'true' : undefined}>
      {error !== undefined && <Failure error={error} again={asked.again} />}
      {children(value)}
    </div>
  );
}

/** Grey lines in place of rows. */
export function ShapeRows({ rows = 6 }: { readonly rows?: number }) {
  return (
    <div class="shape-rows" aria-hidden="true">
      {Array.from({ length: rows }, (_, index) => (
        <span key={index} />
      ))}
    </div>
  );
}

/** The text of an error for a person. */
export function saidOf(error: unknown): { readonly code: string; readonly text: string } {
  if (error instanceof ApiError && error.code === 'unexpected_answer') {
    // Its text is a page of a proxy, in HTML.
    return { code: error.code, text: `Something other than Runfold responded: ${error.status}.` };
  }
  if (error instanceof ApiError) return { code: error.code, text: error.message };
  if (error instanceof TypeError) {
    return { code: 'unreachable', text: 'The service is not responding. Is it still running?' };
  }
  if (error instanceof DOMException && error.name === 'TimeoutError') {
    return { code: 'timeout', text: 'The service took longer than a minute.' };
  }
  return { code: 'error', text: error instanceof Error ? error.message : String(error) };
}

/**
 * An error with its code and the id that the log has; with a countdown if the service asks to wait.
 */
export function Failure({
  error,
  again,
}: {
  readonly error: unknown;
  readonly again?: () => void;
}) {
  const wait = error instanceof ApiError ? Math.ceil(error.retry_after ?? 0) : 0;
  const [left, setLeft] = useState(wait);
  useEffect(() => setLeft(wait), [error]);
  useEffect(() => {
    if (left <= 0 || again === undefined) return undefined;
    const timer = setTimeout(() => {
      if (left === 1) again();
      setLeft(left - 1);
    }, 1000);
    return () => clearTimeout(timer);
  }, [left]);
  if (isSignedOut.value && error instanceof ApiError && error.status === 401) return null;
  const { code, text } = saidOf(error);
  const id = error instanceof ApiError ? error.problem.request_id : undefined;
  return (
    <div class="failure" role="alert">
      <Icon name="warning" />
      <div>
        <p>{text}</p>
        <p class="faint">
          <code>{code}</code>
          {typeof id === 'string' && (
            <>
              {' '}
              · request <code>{id}</code>
            </>
          )}
        </p>
      </div>
      {again !== undefined && (
        <button type="button" class="button" onClick={again}>
          {left > 0 ? `Trying again in ${left} s` : 'Try again'}
        </button>
      )}
    </div>
  );
}
