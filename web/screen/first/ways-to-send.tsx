import { useState } from 'preact/hooks';
import { base } from '../../address/place.js';
import { Copy } from '../../part/copy.js';

const address = `${location.origin}${base}`;

const ways: readonly { readonly name: string; readonly text: string }[] = [
  {
    name: 'curl',
    text: `curl '${address}/v1/events?wait=true' \\
  -H 'Content-Type: application/json' \\
  -d '{"type": "message", "run_id": "run-1", "role": "assistant", "model": "gpt-5",
       "metrics": {"input_tokens": 1200, "output_tokens": 90, "time": 1.9}}'`,
  },
  {
    name: 'TypeScript',
    text: `import { createClient } from 'runfold/client';

const runfold = createClient({ url: '${address}' });
await runfold.emit({
  type: 'message',
  run_id: 'run-1',
  role: 'assistant',
  model: 'gpt-5',
  metrics: { input_tokens: 1200, output_tokens: 90, time: 1.9 },
});`,
  },
  {
    name: 'Python',
    text: `import json, urllib.request

event = {"type": "message", "run_id": "run-1", "role": "assistant", "model": "gpt-5",
         "metrics": {"input_tokens": 1200, "output_tokens": 90, "time": 1.9}}
request = urllib.request.Request(
    "${address}/v1/events",
    data=json.dumps(event).encode(),
    headers={"Content-Type": "application/json"},
)
print(urllib.request.urlopen(request).read())`,
  },
  { name: 'A file', text: 'runfold ingest events.ndjson' },
  { name: 'The demo', text: 'runfold up --demo' },
];

/** How to send an event to the service that this page came from. */
export function WaysToSend() {
  const [chosen, choose] = useState(ways[0]?.name ?? '');
  const way = ways.find(({ name }) => name === chosen);
  return (
    <>
      {/* biome-ignore lint/a11y/useSemanticElements: a fieldset is for inputs */}
      <div class="segments" role="group" aria-label="Way to send">
        {ways.map(({ name }) => (
          <button
            key={name}
            type="button"
            aria-pressed={name === chosen}
            onClick={() => choose(name)}
          >
            {name}
          </button>
        ))}
      </div>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keys */}
      <pre tabIndex={0}>{way?.text}</pre>
      <Copy text={way?.text ?? ''} />
    </>
  );
}
