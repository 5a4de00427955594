// A replacement for the program that the Claude Agent SDK starts. It uses its protocol over
// standard input and output, and sends what the file in FAKE_CLAUDE_TURNS plans: a list of turns,
// each a list of messages.
import { readFileSync } from 'node:fs';
import { createInterface } from 'node:readline';

const turns = JSON.parse(readFileSync(process.env.FAKE_CLAUDE_TURNS ?? '', 'utf8'));
const session_id = '11111111-1111-4111-8111-111111111111';
let messages = 0;
/** The rest of a turn that waits until it is interrupted. */
let held;

function send(message) {
  messages += 1;
  const uuid = `22222222-2222-4222-8222-${String(messages).padStart(12, '0')}`;
  process.stdout.write(`${JSON.stringify({ session_id, uuid, ...message })}\n`);
}

function play(turn) {
  for (const [at, message] of turn.entries()) {
    if (message.type === 'hold') {
      held = turn.slice(at + 1);
      return;
    }
    send(message);
  }
}

for await (const line of createInterface({ input: process.stdin })) {
  const { type, request_id, request } = JSON.parse(line);
  if (type === 'control_request') {
    const response = { subtype: 'success', request_id, response: {} };
    process.stdout.write(`${JSON.stringify({ type: 'control_response', response })}\n`);
    if (request.subtype === 'interrupt' && held !== undefined) play(held);
  }
  if (type === 'user') play(turns.shift() ?? []);
}
