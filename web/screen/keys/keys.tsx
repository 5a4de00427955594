import { useState } from 'preact/hooks';
import type { ClientKey } from '../../../src/client.js';
import { useAsked } from '../../ask/asking.js';
import { status } from '../../ask/proof.js';
import { service } from '../../ask/service.js';
import { none } from '../../figure/figures.js';
import { exactMoment, moment } from '../../figure/moments.js';
import { Bar } from '../../part/bar.js';
import { Card } from '../../part/card.js';
import { DataTable } from '../../part/data-table.js';
import { Dialog } from '../../part/dialog.js';
import { Failure, Given } from '../../part/given.js';
import { NewKey } from './new-key.js';

/** The project's keys and when each was last used. Creates and revokes keys. */
export function KeysScreen() {
  const asked = useAsked('keys', {}, () => service.listKeys());
  const own = status.value?.key;
  const [revoking, setRevoking] = useState<ClientKey>();
  return (
    <>
      <Bar title="Keys" />
      <NewKey again={asked.again} />
      <Card title="Keys of this project">
        <Given asked={asked}>
          {(keys) =>
            keys.length === 0 ? (
              <p class="nothing">
                There are no keys: every program on this machine has access. Once there is a key,
                every program needs one.
              </p>
            ) : (
              <DataTable
                label="Keys"
                rows={keys}
                keyOf={({ id }) => id}
                columns={[
                  { key: 'id', head: 'Key', cell: ({ id }) => <code>{id}</code> },
                  {
                    key: 'name',
                    head: 'Name',
                    cell: ({ id, name, kind, parent_id }) =>
                      kind === 'browser' ? (
                        <span class="faint">
                          {own?.id === id ? 'this browser' : 'a browser'}, by{' '}
                          {name || <code>{parent_id}</code>}
                        </span>
                      ) : (
                        name || none
                      ),
                  },
                  { key: 'scopes', head: 'Scopes', cell: ({ scopes }) => scopes.join(', ') },
                  {
                    key: 'made',
                    head: 'Created',
                    isWide: true,
                    cell: ({ created_at }) => (
                      <span title={exactMoment(created_at)}>{moment(created_at)}</span>
                    ),
                  },
                  {
                    key: 'used',
                    head: 'Last used',
                    isWide: true,
                    cell: ({ last_used_at }) => moment(last_used_at),
                  },
                  {
                    key: 'expires',
                    head: 'Expires',
                    isWide: true,
                    cell: ({ expires_at }) => (expires_at === null ? none : moment(expires_at)),
                  },
                  {
                    key: 'revoke',
                    head: <span class="unseen">Revoke</span>,
                    isFigure: true,
                    cell: (key) =>
                      key.revoked_at === null ? (
                        <button
                          type="button"
                          class="button danger"
                          onClick={() => setRevoking(key)}
                        >
                          Revoke…
                        </button>
                      ) : (
                        `revoked ${moment(key.revoked_at)}`
                      ),
                  },
                ]}
              />
            )
          }
        </Given>
      </Card>
      {revoking !== undefined && (
        <Revoke of={revoking} again={asked.again} onClose={() => setRevoking(undefined)} />
      )}
    </>
  );
}

function Revoke({
  of,
  again,
  onClose,
}: {
  readonly of: ClientKey;
  readonly again: () => void;
  readonly onClose: () => void;
}) {
  const [fault, setFault] = useState<unknown>();
  const revoke = async () => {
    try {
      await service.revokeKey({ id: of.id });
      again();
      onClose();
    } catch (error) {
      setFault(error);
    }
  };
  return (
    <Dialog title="Revoke a key" onClose={onClose}>
      <p>
        Whoever uses <code>{of.id}</code> {of.name !== '' && `(${of.name})`} is refused within a
        second. This cannot be undone.
      </p>
      {fault !== undefined && <Failure error={fault} />}
      <button type="button" class="button danger" onClick={revoke}>
        Revoke it
      </button>
    </Dialog>
  );
}
