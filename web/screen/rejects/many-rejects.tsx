import { useState } from 'preact/hooks';
import type { RejectsOutcome } from '../../../src/client.js';
import { plural, whole } from '../../figure/figures.js';
import { Dialog } from '../../part/dialog.js';
import { Failure } from '../../part/given.js';

/** Sends rejects again, or drops them. It shows their number, and asks before it drops them. */
export function ManyRejects({
  count,
  isAll,
  act,
  again,
}: {
  readonly count: number;
  /** Whether these are all rejects, or all of one code. Otherwise they are the selected ones. */
  readonly isAll: boolean;
  readonly act: (what: 'retry' | 'drop') => Promise<RejectsOutcome>;
  readonly again: () => void;
}) {
  const [asked, ask] = useState<'retry' | 'drop' | undefined>();
  const [typed, setTyped] = useState('');
  const [outcome, setOutcome] = useState<RejectsOutcome>();
  const [fault, setFault] = useState<unknown>();
  const go = async (what: 'retry' | 'drop') => {
    setFault(undefined);
    try {
      setOutcome(await act(what));
    } catch (error) {
      setFault(error);
    }
  };
  const close = () => {
    if (outcome !== undefined) again();
    ask(undefined);
    setOutcome(undefined);
    setTyped('');
  };
  const isSure = asked === 'retry' || typed === String(count);
  const all = isAll ? `all ${whole(count)}` : whole(count);
  return (
    <span class="card-actions">
      <button type="button" class="button" onClick={() => ask('retry')}>
        Send {all} again…
      </button>
      <button type="button" class="button danger" onClick={() => ask('drop')}>
        Drop {all}…
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
                  ? `${plural(count, 'event')} will be deleted permanently and not counted.`
                  : `${plural(count, 'event')} will go through the queue again.`}
              </p>
              {asked === 'drop' && (
                <label>
                  Type {count} to confirm{' '}
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
                onClick={() => go(asked)}
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
