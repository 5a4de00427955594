import { useAsked } from '../../ask/asking.js';
import { currency, service } from '../../ask/service.js';
import { seconds } from '../../figure/figures.js';
import { ago } from '../../figure/moments.js';
import { Bar } from '../../part/bar.js';
import { Card } from '../../part/card.js';
import { Copy } from '../../part/copy.js';
import { Facts } from '../../part/facts.js';
import { Given } from '../../part/given.js';
import { Icon } from '../../part/icons.js';

const parts = [
  ['database', 'Database'],
  ['migrations', 'Migrations'],
  ['queue', 'Queue'],
] as const;

const verify = 'runfold verify';

/** Whether Runfold itself is well, how current its figures are, and how to prove them. */
export function Health() {
  const ready = useAsked('ready', {}, () => service.getReadiness());
  // Any answer says how current the figures are.
  const current = useAsked('current', {}, () => service.listSessions({ limit: 1 }));
  const { last_folded_at: last, lag_seconds: lag } = currency.value ?? {};
  return (
    <>
      <Bar title="Health" hasLive />
      <section class="card" aria-label="How current the figures are">
        <Given asked={current}>
          {() => (
            <Facts
              items={[
                {
                  name: 'Behind',
                  value:
                    lag === undefined ? 'not known' : lag === 0 ? 'nothing waits' : seconds(lag),
                },
                { name: 'Last fold', value: last === undefined ? 'none yet' : ago(last) },
              ]}
            />
          )}
        </Given>
      </section>
      <Card title="What it stands on">
        <Given asked={ready}>
          {(found) => (
            <ul class="checks">
              {parts.map(([name, text]) => (
                <li key={name} class={found[name] === 'ok' ? 'good' : 'bad'}>
                  <Icon name={found[name] === 'ok' ? 'check' : 'warning'} /> {text}: {found[name]}
                </li>
              ))}
            </ul>
          )}
        </Given>
      </Card>
      <Card title="Do the totals equal the log?">
        <div class="note prove">
          <p>
            This command folds every event again inside one snapshot, compares every total with what
            is stored, and names what differs. Ingest goes on meanwhile.
          </p>
          <pre>{verify}</pre>
          <Copy text={verify} label="Copy the command" />
          <p>Each run and each session is also added up here, at the foot of its own screen.</p>
        </div>
      </Card>
    </>
  );
}
