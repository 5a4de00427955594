import { useState } from 'preact/hooks';
import type { ClientKeyScope } from '../../../src/client.js';
import { service } from '../../ask/service.js';
import { Card } from '../../part/card.js';
import { Copy } from '../../part/copy.js';
import { Failure } from '../../part/given.js';

const scopes: readonly (readonly [ClientKeyScope, string])[] = [
  ['ingest', 'send events'],
  ['read', 'read totals and events'],
  ['admin', 'create and revoke keys, change budgets and alerts, retry and drop rejects'],
  ['operate', 'create projects and rebuild all totals'],
];

/** Creates a key, and shows it only once. */
export function NewKey({ again }: { readonly again: () => void }) {
  const [name, setName] = useState('');
  const [chosen, setChosen] = useState<readonly ClientKeyScope[]>(['read']);
  const [made, setMade] = useState<string>();
  const [fault, setFault] = useState<unknown>();
  const make = async (event: SubmitEvent) => {
    event.preventDefault();
    setFault(undefined);
    try {
      const { key } = await service.createKey({ name, scopes: chosen });
      setMade(key);
      setName('');
      again();
    } catch (error) {
      setFault(error);
    }
  };
  return (
    <Card title="Create a key">
      <form class="form" onSubmit={make}>
        <label>
          <span>Name</span>
          <input
            value={name}
            maxLength={200}
            placeholder="What it is for"
            autocomplete="off"
            onInput={({ currentTarget: { value } }) => setName(value)}
          />
        </label>
        <fieldset>
          <legend>Scopes</legend>
          {scopes.map(([scope, meaning]) => (
            <label key={scope} class="check">
              <input
                type="checkbox"
                checked={chosen.includes(scope)}
                onChange={({ currentTarget: { checked } }) =>
                  setChosen(checked ? [...chosen, scope] : chosen.filter((one) => one !== scope))
                }
              />
              <span>
                {meaning} <small class="faint">{scope}</small>
              </span>
            </label>
          ))}
        </fieldset>
        <div>
          <button type="submit" class="button main" disabled={chosen.length === 0}>
            Create
          </button>
        </div>
      </form>
      {fault !== undefined && <Failure error={fault} />}
      {made !== undefined && (
        <div class="note made-key" role="status">
          <p>The key is shown only now:</p>
          <p>
            <code>{made}</code> <Copy text={made} />
          </p>
        </div>
      )}
    </Card>
  );
}
