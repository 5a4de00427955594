import { useState } from 'preact/hooks';
import type { NewChannel as Given } from '../../../src/client.js';
import { service } from '../../ask/service.js';
import { Copy } from '../../part/copy.js';
import { Dialog } from '../../part/dialog.js';
import { Failure } from '../../part/given.js';
import { TextField } from '../../part/text-field.js';

const kinds = [
  ['webhook', 'Webhook, signed'],
  ['slack', 'Slack'],
  ['email', 'E-mail'],
] as const;
type Kind = (typeof kinds)[number][0];

/** Creates a channel. A webhook's secret is shown only once. */
export function NewChannel({
  onClose,
  onDone,
}: {
  readonly onClose: () => void;
  readonly onDone: () => void;
}) {
  const [kind, setKind] = useState<Kind>('webhook');
  const [name, setName] = useState('');
  const [to, setTo] = useState('');
  const [secret, setSecret] = useState<string>();
  const [fault, setFault] = useState<unknown>();
  const submit = async (event: SubmitEvent) => {
    event.preventDefault();
    setFault(undefined);
    const channel: Given =
      kind === 'email'
        ? { kind, name, to: to.split(/[\s,;]+/).filter((text) => text !== '') }
        : { kind, name, url: to.trim() };
    try {
      const { signing_secret } = await service.createChannel(channel);
      onDone();
      if (signing_secret === undefined) onClose();
      else setSecret(signing_secret);
    } catch (error) {
      setFault(error);
    }
  };
  return (
    <Dialog title="New channel" onClose={onClose}>
      {secret !== undefined ? (
        <div class="made-key" role="status">
          <p>
            Receivers check its signatures with this secret. This is the only time that it is shown:
          </p>
          <p>
            <code>{secret}</code> <Copy text={secret} />
          </p>
        </div>
      ) : (
        <form class="form" onSubmit={submit}>
          <label>
            <span>Kind</span>
            <select
              value={kind}
              onChange={({ currentTarget: { value } }) => setKind(value as Kind)}
            >
              {kinds.map(([value, word]) => (
                <option key={value} value={value}>
                  {word}
                </option>
              ))}
            </select>
          </label>
          <TextField text="Name" hint="ops" value={name} onInput={setName} />
          <TextField
            text={kind === 'email' ? 'Addresses' : 'URL'}
            hint={kind === 'email' ? 'ops@…' : 'https://…'}
            value={to}
            onInput={setTo}
          />
          <p class="faint">The address is stored encrypted and not shown again.</p>
          {fault !== undefined && <Failure error={fault} />}
          <div>
            <button type="submit" class="button main">
              Create
            </button>
          </div>
        </form>
      )}
    </Dialog>
  );
}
