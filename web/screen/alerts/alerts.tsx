import { useEffect, useState } from 'preact/hooks';
import type { AlertRule } from '../../../src/client.js';
import { here, parameter } from '../../address/parameters.js';
import { useAsked } from '../../ask/asking.js';
import { lookAtStatus } from '../../ask/proof.js';
import { mayDo } from '../../ask/rights.js';
import { service } from '../../ask/service.js';
import { ago, exactMoment } from '../../figure/moments.js';
import { AlertHistory } from '../../part/alert-history.js';
import { Bar } from '../../part/bar.js';
import { Card } from '../../part/card.js';
import { DataTable } from '../../part/data-table.js';
import { Given } from '../../part/given.js';
import { ChannelsCard } from './channels-card.js';
import { NewRule } from './new-rule.js';
import { conditionOf, kindWords } from './rule-words.js';
import { RulesCard } from './rules-card.js';
import { Which } from './which.js';

/** The alerts that are firing, the rules, the channels, and the history. */
export function Alerts() {
  const asked = useAsked('alerts', {}, () => service.listAlerts());
  const [isMaking, make] = useState(false);
  const isAdmin = mayDo('admin');
  const count = asked.value?.filter(
    ({ firing, muted_until }) => firing > 0 && muted_until === null,
  ).length;
  useEffect(() => {
    // The mark in the navigation shows the same as this screen.
    if (count !== undefined) void lookAtStatus().catch(() => undefined);
  }, [count]);
  return (
    <>
      <Bar title="Alerts" hasLive>
        {isAdmin && (
          <button type="button" class="button main" onClick={() => make(true)}>
            New rule…
          </button>
        )}
      </Bar>
      <Given asked={asked} shape={<div class="card shape-table" />}>
        {(rules) => (
          <>
            {rules.length > 0 && <FiringCard rules={rules} />}
            <RulesCard rules={rules} isAdmin={isAdmin} again={asked.again} />
          </>
        )}
      </Given>
      {isAdmin && <ChannelsCard />}
      <AlertHistory title="History" rule={parameter('rule')} />
      {isMaking && <NewRule onClose={() => make(false)} onDone={asked.again} />}
    </>
  );
}

function FiringCard({ rules }: { readonly rules: readonly AlertRule[] }) {
  const all = rules.flatMap((rule) =>
    rule.states
      .filter(({ state }) => state === 'firing')
      .map((state) => ({
        rule,
        state,
        key: JSON.stringify([rule.name, state.budget, state.value]),
      })),
  );
  // All reached shares of one value of a budget share a row.
  const firing = [...new Set(all.map(({ key }) => key))].flatMap((key) => {
    const same = all.filter((one) => one.key === key);
    const [first] = same;
    return first === undefined ? [] : [{ ...first, states: same.map(({ state }) => state) }];
  });
  const more = rules.reduce((sum, rule) => sum + rule.firing, 0) - all.length;
  return (
    <Card title="Firing now">
      {firing.length === 0 ? (
        <p class="nothing">Nothing is firing.</p>
      ) : (
        <DataTable
          label="Firing now"
          rows={firing}
          keyOf={({ key }) => key}
          columns={[
            {
              key: 'rule',
              head: 'Rule',
              cell: ({ rule }) => (
                <a href={here({ rule: rule.name })} data-replace title="Its history">
                  {rule.name}
                </a>
              ),
            },
            { key: 'value', head: 'What', cell: ({ states }) => <Which of={states} /> },
            {
              key: 'condition',
              head: 'Because',
              isWide: true,
              cell: ({ rule }) => (
                <span title={kindWords[rule.kind]} class="faint breaking">
                  {conditionOf(rule)}
                </span>
              ),
            },
            {
              key: 'since',
              head: 'Since',
              cell: ({ state: { since } }) => (
                <span class="nowrap" title={exactMoment(since)}>
                  {ago(since)}
                </span>
              ),
            },
          ]}
        />
      )}
      {more > 0 && <p class="note">And {more} more.</p>}
    </Card>
  );
}
