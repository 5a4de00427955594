/**
 * A client process: posts requests that were created before its clock starts. Its settings are its
 * argument.
 */
import { Agent, request } from 'node:http';
import { makeSpans, spansPerRequest } from '../subjects/otlp-spans.js';

interface Settings {
  readonly url: string;
  readonly key: string;
  readonly spans: number;
  readonly what: 'protobuf' | 'json' | 'events';
  readonly senders: number;
}

const { url, key, spans, what, senders } = JSON.parse(process.argv[2] ?? '{}') as Settings;
const load = makeSpans(spans);
const bodies: Buffer[] = [];
if (what === 'events') {
  for (let at = 0; at < load.events.length; at += spansPerRequest) {
    bodies.push(Buffer.from(JSON.stringify(load.events.slice(at, at + spansPerRequest))));
  }
} else bodies.push(...load[what]);
const path = what === 'events' ? '/v1/events' : '/v1/traces';
const type = what === 'protobuf' ? 'application/x-protobuf' : 'application/json';
const agent = new Agent({ keepAlive: true, maxSockets: senders });

function post(body: Buffer): Promise<number> {
  return new Promise((resolve, reject) => {
    const headers = { authorization: `Bearer ${key}`, 'content-type': type };
    const call = request(`${url}${path}`, { method: 'POST', agent, headers }, (answer) => {
      answer.resume();
      answer.once('end', () => resolve(answer.statusCode ?? 0));
    });
    call.once('error', reject);
    call.end(body);
  });
}

let next = 0;
const send = async () => {
  for (let at = next++; at < bodies.length; at = next++) {
    for (;;) {
      const status = await post(bodies[at] as Buffer);
      if (status === 200 || status === 202) break;
      if (status !== 429 && status !== 503) throw new Error(`a request was answered ${status}`);
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
  }
};
process.stdout.write('ready\n');
const started = Date.now();
await Promise.all(Array.from({ length: senders }, send));
const sizes = bodies.reduce((sum, { length }) => sum + length, 0);
const done = {
  started,
  done: Date.now(),
  spans: load.spans,
  events: load.events.length,
  bytes: sizes,
};
process.stdout.write(`done ${JSON.stringify(done)}\n`);
agent.destroy();
