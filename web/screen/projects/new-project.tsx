import { useState } from 'preact/hooks';
import { allZones } from '../../address/zone.js';
import { service } from '../../ask/service.js';
import { Card } from '../../part/card.js';
import { Failure } from '../../part/given.js';

export function NewProject({ again }: { readonly again: () => void }) {
  const [name, setName] = useState('');
  const [zone, setZone] = useState('');
  const [made, setMade] = useState<number>();
  const [fault, setFault] = useState<unknown>();
  const make = async (event: SubmitEvent) => {
    event.preventDefault();
    setFault(undefined);
    try {
      const { id } = await service.createProject({ name, time_zone: zone === '' ? null : zone });
      setMade(id);
      setName('');
      again();
    } catch (error) {
      setFault(error);
    }
  };
  return (
    <Card title="Create a project">
      <form class="form" onSubmit={make}>
        <label>
          <span>Name</span>
          <input
            value={name}
            maxLength={100}
            placeholder="shop"
            autocomplete="off"
            required
            onInput={({ currentTarget: { value } }) => setName(value)}
          />
        </label>
        <label>
          <span>Time zone</span>
          <select value={zone} onChange={({ currentTarget: { value } }) => setZone(value)}>
            <option value="">Each reader’s own zone</option>
            {allZones().map((one) => (
              <option key={one} value={one}>
                {one}
              </option>
            ))}
          </select>
        </label>
        <div>
          <button type="submit" class="button main" disabled={name === ''}>
            Create
          </button>
        </div>
      </form>
      {fault !== undefined && <Failure error={fault} />}
      {made !== undefined && (
        <p class="note" role="status">
          Created project {made}. Create a key for it:{' '}
          <code>runfold keys create --project {made} --scope ingest --scope read</code>
        </p>
      )}
    </Card>
  );
}
