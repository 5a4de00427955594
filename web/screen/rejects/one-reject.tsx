import { useState } from 'preact/hooks';
import { ApiError } from '../../../src/client.js';
import type { RejectedEvent } from '../../../src/query/rejects.js';
import { service } from '../../ask/service.js';
import { Dialog } from '../../part/dialog.js';
import { Failure } from '../../part/given.js';

/** A reject in full: the reason, the input with the wrong field marked, and the actions. */
export function OneReject({
  reject,
  again,
  onClose,
}: {
  readonly reject: RejectedEvent;
  readonly again: () => void;
  readonly onClose: () => void;
}) {
  const [fault, setFault] = useState<unknown>();
  const act = async (what: () => Promise<void>) => {
    setFault(undefined);
    try {
      await what();
      again();
      onClose();
    } catch (error) {
      setFault(error);
    }
  };
  const faults = fault instanceof ApiError ? fault.problem.faults : undefined;
  const field = wrongField(reject.message);
  return (
    <Dialog title={`Reject: ${reject.code}`} onClose={onClose}>
      <p>{reject.message}</p>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keys */}
      <pre tabIndex={0}>
        {pretty(reject.payload)
          .split('\n')
          .map((line, at) => (
            <span key={at}>
              {field !== undefined && line.trimStart().startsWith(`"${field}":`) ? (
                <mark>{line}</mark>
              ) : (
                line
              )}
              {'\n'}
            </span>
          ))}
      </pre>
      {fault !== undefined && <Failure error={fault} />}
      {faults !== undefined && <pre>{JSON.stringify(faults, null, 2)}</pre>}
      <p class="links">
        <button
          type="button"
          class="button"
          onClick={() => act(() => service.retryReject({ id: reject.id }))}
        >
          Send it again
        </button>
        <button
          type="button"
          class="button danger"
          onClick={() => act(() => service.dropReject({ id: reject.id }))}
        >
          Drop it permanently
        </button>
      </p>
    </Dialog>
  );
}

/** The field that a message begins with: `input_tokens` in `metrics.input_tokens: expected …`. */
const wrongField = (message: string) => /^(?:[\w-]+\.)*([\w-]+): /.exec(message)?.[1];

function pretty(payload: string): string {
  try {
    return JSON.stringify(JSON.parse(payload), null, 2);
  } catch (error) {
    if (error instanceof SyntaxError) return payload;
    throw error;
  }
}
