/** A client process: sends events over HTTP while it reads runs. Its settings are its argument. */
import { Agent, request } from 'node:http';
import { agentEvents } from '../workload.js';

interface Settings {
  readonly url: string;
  readonly key: string;
  readonly events: number;
  readonly per_request: number;
  readonly senders: number;
  readonly readers: number;
  readonly rate?: number;
}

const settings = JSON.parse(process.argv[2] ?? '{}') as Settings;
const { url, key, events, per_request, senders, readers, rate } = settings;
const agent = new Agent({ keepAlive: true, maxSockets: senders + readers });
const authorization = `Bearer ${key}`;

function ask(method: string, path: string, body?: string): Promise<number> {
  return new Promise((resolve, reject) => {
    const type = body === undefined ? {} : { 'content-type': 'application/json' };
    const headers = { authorization, ...type };
    const call = request(`${url}${path}`, { method, agent, headers }, (answer) => {
      answer.resume();
      answer.once('end', () => resolve(answer.statusCode ?? 0));
    });
    call.once('error', reject);
    call.end(body);
  });
}

// Creating events and serialising them as JSON is not the service's work.
const runs: string[] = [];
const bodies: string[] = [];
const batch: unknown[] = [];
for (const event of agentEvents(events)) {
  if (event.type === 'run') runs.push(event.run_id);
  batch.push(event);
  if (batch.length === per_request) bodies.push(JSON.stringify(batch.splice(0)));
}
if (batch.length > 0) bodies.push(JSON.stringify(batch));

let isSending = true;
const reads: number[] = [];
const read = async (at: number) => {
  for (let turn = at; isSending; turn += 7) {
    const started = performance.now();
    const status = await ask('GET', `/v1/runs/${runs[turn % runs.length]}`);
    if (status !== 200 && status !== 404) throw new Error(`a read was answered ${status}`);
    reads.push(performance.now() - started);
    // The reader pauses briefly, as dashboards and agents do.
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
};
let next = 0;
const send = async () => {
  for (let at = next++; at < bodies.length; at = next++) {
    const due = rate === undefined ? 0 : started + ((at * per_request) / rate) * 1000;
    await new Promise((resolve) => setTimeout(resolve, Math.max(0, due - performance.now())));
    for (;;) {
      const status = await ask('POST', '/v1/events', bodies[at]);
      if (status === 202) break;
      if (status !== 429 && status !== 503) throw new Error(`events were answered ${status}`);
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
  }
};

const started = performance.now();
const reading = Array.from({ length: readers }, (_, at) => read(at));
await Promise.all(Array.from({ length: senders }, send));
const seconds = (performance.now() - started) / 1000;
isSending = false;
await Promise.all(reading);
process.stdout.write(`done ${JSON.stringify({ seconds, reads })}\n`);
agent.destroy();
