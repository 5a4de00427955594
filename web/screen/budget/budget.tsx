import { useState } from 'preact/hooks';
import type { BudgetHold, BudgetStanding, BudgetUse } from '../../../src/client.js';
import { here, parameter, screen } from '../../address/parameters.js';
import { go } from '../../address/place.js';
import { useAsked } from '../../ask/asking.js';
import { mayDo } from '../../ask/rights.js';
import { service } from '../../ask/service.js';
import { exactMoment, moment } from '../../figure/moments.js';
import { AlertHistory } from '../../part/alert-history.js';
import { Bar } from '../../part/bar.js';
import { Card } from '../../part/card.js';
import { Confirm } from '../../part/confirm.js';
import { type Column, DataTable } from '../../part/data-table.js';
import { Given } from '../../part/given.js';
import { UseBar } from '../../part/use-bar.js';
import { BudgetForm } from '../budgets/budget-form.js';
import { amountOf, scopeText, standingOf } from '../budgets/budget-words.js';
import { BudgetCourse } from './budget-course.js';
import { BudgetFacts } from './budget-facts.js';

/** One budget: its use over the window against the limit, by value, its holds, and its alerts. */
export function BudgetScreen({ id = '' }: { readonly id?: string }) {
  const asked = useAsked(
    'budget',
    { id },
    async () => (await service.getBudget({ name: id })) ?? null,
  );
  const [shown, show] = useState<'change' | 'delete' | undefined>();
  const budget = asked.value ?? undefined;
  const close = () => show(undefined);
  return (
    <>
      <Bar title={id} above={[{ text: 'Budgets', href: screen('/budgets') }]} hasLive>
        {budget !== undefined && mayDo('admin') && (
          <>
            <button type="button" class="button" onClick={() => show('change')}>
              Change…
            </button>
            <button type="button" class="button danger" onClick={() => show('delete')}>
              Delete…
            </button>
          </>
        )}
      </Bar>
      <Given asked={asked} shape={<div class="card shape-table" />}>
        {(found) =>
          found === null ? (
            <p class="card empty">There is no budget with this name.</p>
          ) : (
            <>
              <BudgetFacts budget={found} use={useOf(found)} />
              <BudgetCourse budget={found} use={useOf(found)} />
              {found.value === null && found.scope !== 'project' && <Uses budget={found} />}
              <Holds budget={found} />
              <AlertHistory title="Alerts of this budget" budget={found.name} />
            </>
          )
        }
      </Given>
      {budget !== undefined && shown === 'change' && (
        <BudgetForm budget={budget} onClose={close} onDone={asked.again} />
      )}
      {shown === 'delete' && (
        <Confirm
          title={`Delete ${id}`}
          action="Delete it"
          act={async () => {
            await service.dropBudget({ name: id });
            go(screen('/budgets'));
          }}
          onClose={close}
        >
          <p>The budget and its holds are deleted. Checks no longer use it.</p>
        </Confirm>
      )}
    </>
  );
}

/** The selected value: the one in the address, otherwise the one with the highest use. */
function useOf({ uses, value, scope, limit }: BudgetStanding): BudgetUse {
  const wanted = parameter('value');
  const isEach = value === null && scope !== 'project';
  const found = isEach ? uses.find((use) => use.value === wanted) : undefined;
  return found ?? uses[0] ?? { value, used: 0, held: 0, remaining: limit };
}

function Uses({ budget }: { readonly budget: BudgetStanding }) {
  const { measure, limit, uses } = budget;
  const columns: readonly Column<BudgetUse>[] = [
    {
      key: 'value',
      head: scopeText(budget),
      cell: ({ value }) => (
        <a class="id" href={here({ value: value ?? undefined })} data-replace>
          {value}
        </a>
      ),
    },
    {
      key: 'bar',
      head: <span class="unseen">Share of the limit</span>,
      isWide: true,
      cell: (use) => <UseBar {...use} limit={limit} tone={standingOf(budget, use).tone} />,
    },
    ...(['used', 'held', 'remaining'] as const).map((name) => ({
      key: name,
      head: { used: 'Used', held: 'Held', remaining: 'Remaining' }[name],
      isFigure: true,
      isWide: name !== 'used',
      cell: (use: BudgetUse) => amountOf(measure, use[name]),
    })),
    {
      key: 'state',
      head: 'State',
      cell: (use) => {
        const { text, tone } = standingOf(budget, use);
        return <span class={`status ${tone}`}>{text}</span>;
      },
    },
  ];
  return (
    <Card title="Who used it">
      {uses.length === 0 ? (
        <p class="nothing">Nothing is used in this window yet.</p>
      ) : (
        <DataTable
          label="Who used it"
          rows={uses}
          keyOf={({ value }) => value ?? ''}
          columns={columns}
        />
      )}
    </Card>
  );
}

function Holds({ budget: { holds, measure } }: { readonly budget: BudgetStanding }) {
  const columns: readonly Column<BudgetHold>[] = [
    { key: 'id', head: 'Hold', cell: ({ hold_id }) => <code>{hold_id}</code> },
    { key: 'value', head: 'Of', isWide: true, cell: ({ value }) => value ?? 'the project' },
    {
      key: 'amount',
      head: 'Amount',
      isFigure: true,
      cell: ({ amount }) => amountOf(measure, amount),
    },
    {
      key: 'until',
      head: 'Expires',
      cell: ({ expires_at }) => (
        <span class="nowrap" title={exactMoment(expires_at)}>
          {moment(expires_at, { withSeconds: true })}
        </span>
      ),
    },
  ];
  return (
    <Card title="Holds">
      {holds.length === 0 ? (
        <p class="nothing">Nothing is held at this moment.</p>
      ) : (
        <DataTable label="Holds" rows={holds} keyOf={({ hold_id }) => hold_id} columns={columns} />
      )}
    </Card>
  );
}
