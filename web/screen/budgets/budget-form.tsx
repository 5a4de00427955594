import { useEffect, useState } from 'preact/hooks';
import type { Budget, BudgetMeasure, BudgetScope } from '../../../src/client.js';
import { allZones } from '../../address/zone.js';
import { service } from '../../ask/service.js';
import { labelNames } from '../../ask/values.js';
import { Dialog } from '../../part/dialog.js';
import { Failure } from '../../part/given.js';
import { TextField } from '../../part/text-field.js';
import { type BudgetFields, budgetOf, fieldsOf, scopes, windows } from './budget-fields.js';
import { measureWords } from './budget-words.js';

/** Creates or changes a budget. Its use stays the sum over the totals. */
export function BudgetForm({
  budget,
  onClose,
  onDone,
}: {
  readonly budget?: Budget | undefined;
  readonly onClose: () => void;
  readonly onDone: () => void;
}) {
  const [fields, setFields] = useState(() => fieldsOf(budget));
  const [labels, setLabels] = useState<readonly string[]>([]);
  const [fault, setFault] = useState<unknown>();
  const isLabel = fields.scope === 'label';
  useEffect(() => {
    // A name that is not in the list can be typed.
    if (isLabel) labelNames().then(setLabels, () => undefined);
  }, [isLabel]);
  const set = (changes: Partial<BudgetFields>) => setFields({ ...fields, ...changes });
  const submit = async (event: SubmitEvent) => {
    event.preventDefault();
    setFault(undefined);
    try {
      await service.createBudget(budgetOf(fields, budget !== undefined));
      onDone();
      onClose();
    } catch (error) {
      setFault(error);
    }
  };
  const text = (name: 'name' | 'label' | 'value' | 'limit' | 'rolling' | 'at') => ({
    value: fields[name],
    onInput: (value: string) => set({ [name]: value }),
  });
  return (
    <Dialog title={budget === undefined ? 'New budget' : `Change ${budget.name}`} onClose={onClose}>
      <form class="form" onSubmit={submit}>
        {budget === undefined && <TextField text="Name" hint="support-daily" {...text('name')} />}
        <label>
          <span>Limits</span>
          <select
            value={fields.scope}
            onChange={({ currentTarget: { value } }) => set({ scope: value as BudgetScope })}
          >
            {scopes.map(([name, word]) => (
              <option key={name} value={name}>
                {word}
              </option>
            ))}
          </select>
        </label>
        {isLabel && (
          <TextField
            text="Label"
            hint="customer"
            list={{ id: 'budget-labels', values: labels }}
            {...text('label')}
          />
        )}
        {fields.scope !== 'project' && (
          <TextField text="Which" hint="Each separately" isOptional {...text('value')} />
        )}
        <label>
          <span>Measure</span>
          <select
            value={fields.measure}
            onChange={({ currentTarget: { value } }) => set({ measure: value as BudgetMeasure })}
          >
            {Object.entries(measureWords).map(([name, word]) => (
              <option key={name} value={name}>
                {word}
              </option>
            ))}
          </select>
        </label>
        <TextField
          text={fields.measure === 'cost' ? 'Limit in dollars' : 'Limit'}
          isNumber
          {...text('limit')}
        />
        {fields.scope !== 'session' && fields.scope !== 'run' && (
          <>
            <label>
              <span>Window</span>
              <select
                value={fields.window}
                onChange={({ currentTarget: { value } }) =>
                  set({ window: value as BudgetFields['window'] })
                }
              >
                {windows.map((name) => (
                  <option key={name} value={name}>
                    {name === 'total' ? 'in total' : name === 'rolling' ? 'rolling' : `per ${name}`}
                  </option>
                ))}
              </select>
            </label>
            {fields.window === 'rolling' && (
              <TextField text="Length" hint="24h, 7d" {...text('rolling')} />
            )}
            <label>
              <span>Time zone</span>
              <select
                value={fields.time_zone}
                onChange={({ currentTarget: { value } }) => set({ time_zone: value })}
              >
                <option value="">The project’s, or UTC</option>
                {allZones().map((name) => (
                  <option key={name} value={name}>
                    {name}
                  </option>
                ))}
              </select>
            </label>
          </>
        )}
        <TextField text="Alerts at percent of the limit" isOptional {...text('at')} />
        <label class="check">
          <input
            type="checkbox"
            checked={fields.stop}
            onChange={({ currentTarget: { checked } }) => set({ stop: checked })}
          />
          <span>Refuse checks beyond the limit</span>
        </label>
        {fields.stop && (
          <label class="check">
            <input
              type="checkbox"
              checked={fields.when_unknown === 'refuse'}
              onChange={({ currentTarget: { checked } }) =>
                set({ when_unknown: checked ? 'refuse' : 'allow' })
              }
            />
            <span>Refuse them also while the database is unavailable</span>
          </label>
        )}
        {fault !== undefined && <Failure error={fault} />}
        <div>
          <button type="submit" class="button main">
            {budget === undefined ? 'Create' : 'Save'}
          </button>
        </div>
      </form>
    </Dialog>
  );
}
