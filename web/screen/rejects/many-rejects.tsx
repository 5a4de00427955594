import { useState } from 'preact/hooks';
import type { RejectsOutcome } from '../../../src/client.js';
import { service } from '../../ask/service.js';
import { plural, whole } from '../../figure/figures.js';
import { Dialog } from '../../part/dialog.js';
import { Failure } from '../../part/given.js';

/** Sends all rejects again, or drops them: names the number, and asks for it before it drops. */
export function ManyRejects({
  count,
  before,
  again,
}: {
  readonly count: number;
  /** When they were counted: what came later is left alone. */
  readonly before: string;
  readonly again: () => void;
}) {
  const [asked, ask] = useState<'retry' | 'drop' | undefined>();
  const [typed, setTyped] = useState('');
  const [outcome, setOutcome] = useState<RejectsOutcome>();
  const [fault, setFault] = useState<unknown>();
  const act = async () => {
    const options = { before, expected_count: count };
    setFault(undefined);
    try {
      setOutcome(
        await (asked === 'drop' ? service.dropRejects(options) : service.retryRejects(options)),
      );
      again();
    } catch (error) {
      setFault(error);
    }
  };
  const close = () => {
    ask(undefined);
    setOutcome(undefined);
    setTyped('');
  };
  const isSure = asked === 'retry' || typed === String(count);
  return (
    <span class="card-actions">
      <button type="button" class="button" onClick={() => ask('retry')}>
        Send all {whole(count)} again…
      </button>
      <button type="button" class="button danger" onClick={() => ask('drop')}>
        Drop all {whole(count)}…
      </button>
      {asked !== undefined && (
        <Dialog title={asked === 'drop' ? 'Drop rejects' : 'Send rejects again'} onClose={close}>
          {outcome !== undefined ? (
            <p role="status">
              {plural(outcome.done, 'reject')} {asked === 'drop' ? 'dropped' : 'sent again'}
              {outcome.kept > 0 && `; ${whole(outcome.kept)} are still invalid and kept`}.
            </p>
          ) : (
            <>
              <p>
                {asked === 'drop'
                  ? `${plural(count, 'event')} will be gone for good, and counted nowhere.`
                  : `${plural(count, 'event')} will go through the queue again.`}
              </p>
              {asked === 'drop' && (
                <label>
                  Type {count} to be sure{' '}
                  <input
                    value={typed}
                    inputMode="numeric"
                    autocomplete="off"
                    onInput={({ currentTarget: { value } }) => setTyped(value)}
                  />
                </label>
              )}
              {fault !== undefined && <Failure error={fault} />}
              <button
                type="button"
                class={asked === 'drop' ? 'button danger' : 'button main'}
                disabled={!isSure}
                onClick={act}
              >
                {asked === 'drop' ? 'Drop them' : 'Send them'}
              </button>
            </>
          )}
        </Dialog>
      )}
    </span>
  );
}
