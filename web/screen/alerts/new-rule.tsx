import { useState } from 'preact/hooks';
import type { NewRule as Rule } from '../../../src/client.js';
import { useAsked } from '../../ask/asking.js';
import { service } from '../../ask/service.js';
import { Dialog } from '../../part/dialog.js';
import { Failure, Given } from '../../part/given.js';
import { TextField } from '../../part/text-field.js';
import { type RuleField, ruleFields } from './rule-fields.js';
import { kindWords, type RuleKind } from './rule-words.js';

/** Creates a rule: its condition, and its channels. */
export function NewRule({
  onClose,
  onDone,
}: {
  readonly onClose: () => void;
  readonly onDone: () => void;
}) {
  const channels = useAsked('channels', {}, () => service.listChannels());
  const [kind, setKind] = useState<RuleKind>('budget');
  const [name, setName] = useState('');
  const [typed, setTyped] = useState<Readonly<Record<string, string>>>({});
  const [forMinutes, setForMinutes] = useState('0');
  const [told, tell] = useState<readonly string[]>([]);
  const [fault, setFault] = useState<unknown>();
  const submit = async (event: SubmitEvent) => {
    event.preventDefault();
    setFault(undefined);
    const settings = ruleFields[kind].flatMap((field) => {
      const text = typed[field.name] ?? field.start;
      return field.isOptional === true && text === '' ? [] : [[field.name, sent(field, text)]];
    });
    try {
      await service.createAlert({
        ...Object.fromEntries(settings),
        kind,
        name,
        channels: told,
        for_minutes: Number(forMinutes),
      } as unknown as Rule);
      onDone();
      onClose();
    } catch (error) {
      setFault(error);
    }
  };
  return (
    <Dialog title="New rule" onClose={onClose}>
      <form class="form" onSubmit={submit}>
        <label>
          <span>Kind</span>
          <select
            value={kind}
            onChange={({ currentTarget: { value } }) => setKind(value as RuleKind)}
          >
            {Object.entries(kindWords).map(([value, word]) => (
              <option key={value} value={value}>
                {word}
              </option>
            ))}
          </select>
        </label>
        <TextField text="Name" hint="spend" value={name} onInput={setName} />
        {ruleFields[kind].map((field) => (
          <Field
            key={`${kind} ${field.name}`}
            field={field}
            value={typed[field.name] ?? field.start}
            onInput={(value) => setTyped({ ...typed, [field.name]: value })}
          />
        ))}
        <TextField
          text="Must hold for minutes"
          isNumber
          value={forMinutes}
          onInput={setForMinutes}
        />
        <fieldset>
          <legend>Notifies</legend>
          <Given asked={channels}>
            {(all) =>
              all.length === 0 ? (
                <p class="faint">
                  There is no channel yet. Without one, the rule is only shown here.
                </p>
              ) : (
                all.map((channel) => (
                  <label key={channel.name} class="check">
                    <input
                      type="checkbox"
                      checked={told.includes(channel.name)}
                      onChange={({ currentTarget: { checked } }) =>
                        tell(
                          checked
                            ? [...told, channel.name]
                            : told.filter((one) => one !== channel.name),
                        )
                      }
                    />
                    <span>
                      {channel.name} <small class="faint">{channel.shown}</small>
                    </span>
                  </label>
                ))
              )
            }
          </Given>
        </fieldset>
        {fault !== undefined && <Failure error={fault} />}
        <div>
          <button type="submit" class="button main">
            Create
          </button>
        </div>
      </form>
    </Dialog>
  );
}

/** The request for the typed values. */
function sent({ type }: RuleField, text: string): string | number {
  if (type === 'percent') return Number(text) / 100;
  return type === 'number' ? Number(text) : text;
}

function Field({
  field: { text, type, choices = [], isOptional = false, hint },
  value,
  onInput,
}: {
  readonly field: RuleField;
  readonly value: string;
  readonly onInput: (value: string) => void;
}) {
  if (type !== 'choice') {
    return (
      <TextField
        text={text}
        value={value}
        onInput={onInput}
        hint={hint}
        isOptional={isOptional}
        isNumber={type !== 'text'}
      />
    );
  }
  return (
    <label>
      <span>{text}</span>
      <select value={value} onChange={({ currentTarget }) => onInput(currentTarget.value)}>
        {choices.map(([one, word]) => (
          <option key={one} value={one}>
            {word}
          </option>
        ))}
      </select>
    </label>
  );
}
