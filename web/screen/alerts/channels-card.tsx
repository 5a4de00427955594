import { useState } from 'preact/hooks';
import type { Channel } from '../../../src/client.js';
import { useAsked } from '../../ask/asking.js';
import { service } from '../../ask/service.js';
import { exactMoment, moment } from '../../figure/moments.js';
import { Card } from '../../part/card.js';
import { Confirm } from '../../part/confirm.js';
import { DataTable } from '../../part/data-table.js';
import { Failure, Given } from '../../part/given.js';
import { NewChannel } from './new-channel.js';

/** The channels: send a test, or delete one. Addresses and secrets are never shown. */
export function ChannelsCard() {
  const asked = useAsked('channels', {}, () => service.listChannels());
  const [isMaking, make] = useState(false);
  const [deleting, setDeleting] = useState<Channel>();
  const [tested, setTested] = useState<{ readonly name: string; readonly fault?: unknown }>();
  const test = async ({ name }: Channel) => {
    setTested(undefined);
    try {
      await service.testChannel({ name });
      setTested({ name });
    } catch (fault) {
      setTested({ name, fault });
    }
  };
  return (
    <Card
      title="Channels"
      actions={
        <button type="button" class="button" onClick={() => make(true)}>
          New channel…
        </button>
      }
    >
      {tested !== undefined &&
        (tested.fault === undefined ? (
          <p class="note good-text" role="status">
            {tested.name} took the test.
          </p>
        ) : (
          <Failure error={tested.fault} />
        ))}
      <Given asked={asked}>
        {(channels) =>
          channels.length === 0 ? (
            <p class="nothing">There is no channel yet, so notifications go nowhere.</p>
          ) : (
            <DataTable
              label="Channels"
              rows={channels}
              keyOf={({ name }) => name}
              columns={[
                {
                  key: 'name',
                  head: 'Channel',
                  cell: ({ name }) => <b class="breaking">{name}</b>,
                },
                { key: 'kind', head: 'Kind', isWide: true, cell: ({ kind }) => kind },
                {
                  key: 'to',
                  head: 'Goes to',
                  cell: ({ shown }) => <span class="breaking">{shown}</span>,
                },
                {
                  key: 'made',
                  head: 'Created',
                  isWide: true,
                  cell: ({ created_at }) => (
                    <span title={exactMoment(created_at)}>{moment(created_at)}</span>
                  ),
                },
                {
                  key: 'actions',
                  head: <span class="unseen">Actions</span>,
                  isFigure: true,
                  cell: (channel) => (
                    <span class="card-actions end-actions">
                      <button
                        type="button"
                        class="button"
                        aria-label={`Send a test to ${channel.name}`}
                        onClick={() => void test(channel)}
                      >
                        Send a test
                      </button>
                      <button
                        type="button"
                        class="button danger"
                        aria-label={`Delete ${channel.name}`}
                        onClick={() => setDeleting(channel)}
                      >
                        Delete…
                      </button>
                    </span>
                  ),
                },
              ]}
            />
          )
        }
      </Given>
      {isMaking && <NewChannel onClose={() => make(false)} onDone={asked.again} />}
      {deleting !== undefined && (
        <Confirm
          title={`Delete the channel ${deleting.name}`}
          action="Delete it"
          act={async () => {
            await service.dropChannel({ name: deleting.name });
            asked.again();
          }}
          onClose={() => setDeleting(undefined)}
        >
          <p>Nothing is sent there any more, and waiting notifications are dropped.</p>
        </Confirm>
      )}
    </Card>
  );
}
