import { useState } from 'preact/hooks';
import type { AlertRule } from '../../../src/client.js';
import { service } from '../../ask/service.js';
import { moment } from '../../figure/moments.js';
import { Card } from '../../part/card.js';
import { Confirm } from '../../part/confirm.js';
import { DataTable } from '../../part/data-table.js';
import { Failure } from '../../part/given.js';
import { Popover } from '../../part/popover.js';
import { conditionOf, kindWords } from './rule-words.js';

const mutes = [
  [60, 'For an hour'],
  [240, 'For four hours'],
  [1_440, 'For a day'],
  [10_080, 'For a week'],
] as const;

/** The rules with their state. Mute or delete one. */
export function RulesCard({
  rules,
  isAdmin,
  again,
}: {
  readonly rules: readonly AlertRule[];
  readonly isAdmin: boolean;
  readonly again: () => void;
}) {
  const [deleting, setDeleting] = useState<AlertRule>();
  const [fault, setFault] = useState<unknown>();
  const mute = (name: string, minutes: number) => {
    setFault(undefined);
    service.muteAlert({ name, minutes }).then(again, setFault);
  };
  return (
    <Card title="Rules">
      {fault !== undefined && <Failure error={fault} />}
      {rules.length === 0 ? (
        <p class="nothing">
          There is no rule yet. A rule sends a notification when a budget is used up, when tools
          fail, when a model is slow, and more.
        </p>
      ) : (
        <DataTable
          label="Rules"
          rows={rules}
          keyOf={({ name }) => name}
          columns={[
            { key: 'name', head: 'Rule', cell: ({ name }) => <b>{name}</b> },
            {
              key: 'when',
              head: 'Fires when',
              isWide: true,
              cell: (rule) => (
                <span class="breaking" title={kindWords[rule.kind]}>
                  {conditionOf(rule)}
                </span>
              ),
            },
            {
              key: 'channels',
              head: 'Notifies',
              isWide: true,
              cell: ({ channels }) =>
                channels.length === 0 ? <span class="faint">no channel</span> : channels.join(', '),
            },
            { key: 'state', head: 'State', cell: (rule) => <RuleState rule={rule} /> },
            ...(isAdmin
              ? [
                  {
                    key: 'actions',
                    head: <span class="unseen">Actions</span>,
                    isFigure: true,
                    cell: (rule: AlertRule) => (
                      <span class="card-actions end-actions">
                        {rule.muted_until !== null ? (
                          <button
                            type="button"
                            class="button"
                            onClick={() => mute(rule.name, 0)}
                            aria-label={`Unmute ${rule.name}`}
                          >
                            Unmute
                          </button>
                        ) : (
                          <Popover label={`Mute ${rule.name}`} button="Mute">
                            {(close) => (
                              <ul class="menu">
                                {mutes.map(([minutes, text]) => (
                                  <li key={minutes}>
                                    <button
                                      type="button"
                                      onClick={() => {
                                        close();
                                        mute(rule.name, minutes);
                                      }}
                                    >
                                      {text}
                                    </button>
                                  </li>
                                ))}
                              </ul>
                            )}
                          </Popover>
                        )}
                        <button
                          type="button"
                          class="button danger"
                          aria-label={`Delete ${rule.name}`}
                          onClick={() => setDeleting(rule)}
                        >
                          Delete…
                        </button>
                      </span>
                    ),
                  },
                ]
              : []),
          ]}
        />
      )}
      {deleting !== undefined && (
        <Confirm
          title={`Delete the rule ${deleting.name}`}
          action="Delete it"
          act={async () => {
            await service.dropAlert({ name: deleting.name });
            again();
          }}
          onClose={() => setDeleting(undefined)}
        >
          <p>It sends no more notifications. Its history is kept.</p>
        </Confirm>
      )}
    </Card>
  );
}

function RuleState({ rule: { firing, pending, muted_until } }: { readonly rule: AlertRule }) {
  return (
    <>
      {firing > 0 ? (
        <span class="status bad">{firing === 1 ? 'fires' : `${firing} fire`}</span>
      ) : pending > 0 ? (
        <span class="status warn">pending</span>
      ) : (
        <span class="status">quiet</span>
      )}
      {muted_until !== null && (
        <small class="faint nowrap"> muted until {moment(muted_until)}</small>
      )}
    </>
  );
}
