import { useState } from 'preact/hooks';
import type { BudgetStanding } from '../../../src/client.js';
import { screen } from '../../address/parameters.js';
import { useAsked } from '../../ask/asking.js';
import { mayDo } from '../../ask/rights.js';
import { requestUrl, service } from '../../ask/service.js';
import { csvOf, saveText } from '../../figure/csv.js';
import { none, plural } from '../../figure/figures.js';
import { exactMoment, moment } from '../../figure/moments.js';
import { Bar } from '../../part/bar.js';
import { DataTable } from '../../part/data-table.js';
import { Given } from '../../part/given.js';
import { Menu } from '../../part/menu.js';
import { UseBar } from '../../part/use-bar.js';
import { BudgetForm } from './budget-form.js';
import { amountOf, measureWords, scopeText, standingOf, windowText } from './budget-words.js';

/** The project's budgets: the limit, use and holds of each, and the end of its window. */
export function Budgets() {
  const asked = useAsked('budgets', {}, () => service.listBudgetStandings({ limit: 1 }));
  const [isMaking, make] = useState(false);
  return (
    <>
      <Bar title="Budgets" hasLive>
        {mayDo('admin') && (
          <button type="button" class="button main" onClick={() => make(true)}>
            New budget…
          </button>
        )}
      </Bar>
      <Given asked={asked} shape={<div class="card shape-table" />}>
        {(budgets) =>
          budgets.length === 0 ? (
            <section class="card empty" aria-label="No budgets">
              <h2>There is no budget yet</h2>
              <p>
                A budget limits what the project, a user, an agent, a team, a model or a label may
                use in an hour, a day, a week or a month. Agents check before they use more, and
                alerts notify you when a share of the limit is reached.
              </p>
            </section>
          ) : (
            <section class="card" aria-label="Budgets">
              <DataTable
                label="Budgets"
                rows={budgets}
                keyOf={({ name }) => name}
                columns={columns}
              />
              <footer class="card-foot">
                <span class="faint">{plural(budgets.length, 'budget')}</span>
                <Menu
                  label="Budgets"
                  origin={{
                    url: requestUrl('/v1/budget-standings', {}),
                    sql: 'select * from runfold.budgets\nwhere project = 1;',
                    note: 'The use is the sum of the totals in the window, so it includes corrections:',
                  }}
                  csv={() => saveText('budgets.csv', 'text/csv', csvOf(budgets))}
                />
              </footer>
            </section>
          )
        }
      </Given>
      {isMaking && <BudgetForm onClose={() => make(false)} onDone={asked.again} />}
    </>
  );
}

const columns = [
  {
    key: 'name',
    head: 'Budget',
    cell: ({ name }: BudgetStanding) => (
      <a class="id" href={screen(`/budgets/${encodeURIComponent(name)}`)} title={name}>
        {name}
      </a>
    ),
  },
  {
    key: 'of',
    head: 'Limits',
    isWide: true,
    cell: (budget: BudgetStanding) => (
      <>
        {scopeText(budget)} <span class="faint">· {measureWords[budget.measure]}</span>
      </>
    ),
  },
  {
    key: 'used',
    head: 'Used of the limit',
    cell: (budget: BudgetStanding) => <Used budget={budget} />,
  },
  {
    key: 'window',
    head: 'Window',
    isWide: true,
    cell: ({ window }: BudgetStanding) => <span class="nowrap">{windowText(window)}</span>,
  },
  {
    key: 'state',
    head: 'State',
    cell: (budget: BudgetStanding) => {
      const { text, tone } = standingOf(budget, budget.uses[0]);
      return <span class={`status ${tone}`}>{text}</span>;
    },
  },
  {
    key: 'until',
    head: 'Starts again',
    isWide: true,
    cell: ({ resets_at, window }: BudgetStanding) =>
      resets_at === null ? (
        <span class="faint">never</span>
      ) : window.startsWith('rolling') ? (
        <span class="faint">{none}</span>
      ) : (
        <span class="nowrap" title={exactMoment(resets_at)}>
          {moment(resets_at)}
        </span>
      ),
  },
];

/** The value with the highest use, as a bar. */
function Used({ budget }: { readonly budget: BudgetStanding }) {
  const { measure, limit, uses } = budget;
  const [use = { value: null, used: 0, held: 0, remaining: limit }] = uses;
  const isEach = budget.value === null && budget.scope !== 'project';
  return (
    <span class="use">
      <UseBar {...use} limit={limit} tone={standingOf(budget, use).tone} />
      <span>
        <b>{amountOf(measure, use.used)}</b>
        {use.held > 0 ? ` used, ${amountOf(measure, use.held)} held, of ` : ' of '}
        {amountOf(measure, limit)}
        {isEach && (
          <small class="faint"> {use.value === null ? 'not used yet' : `most: ${use.value}`}</small>
        )}
      </span>
    </span>
  );
}
