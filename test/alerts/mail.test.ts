import { type AddressInfo, createServer, type Server } from 'node:net';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Notification } from '#runfold/alerts/send/notification.js';
import { send } from '#runfold/alerts/send/send.js';

const notification: Notification = {
  type: 'alert.firing',
  timestamp: '2026-03-04T09:30:05.000Z',
  data: {
    project: 1,
    rule: 'spend',
    kind: 'budget',
    budget: 'users',
    value: 'ann\r\nBcc: all@example.com',
    share: 80,
    figure: 8,
    limit: 10,
    measure: 'cost',
    window_start: null,
  },
};

/** A mail server that accepts everything, or nothing (https://www.rfc-editor.org/rfc/rfc5321). */
function openMailServer(state: { refuses: boolean; readonly mails: string[] }): Server {
  return createServer((socket) => {
    let data: string | undefined;
    socket.write('220 test\r\n');
    socket.on('error', () => socket.destroy());
    socket.on('data', (chunk) => {
      for (const line of chunk.toString('utf8').split('\r\n')) {
        if (data !== undefined) {
          if (line === '.') {
            state.mails.push(data);
            data = undefined;
            socket.write('250 taken\r\n');
          } else data += `${line}\n`;
        } else if (/^(EHLO|HELO|MAIL|RSET)/.test(line)) socket.write('250 ok\r\n');
        else if (line.startsWith('RCPT')) {
          socket.write(state.refuses ? '550 nobody here\r\n' : '250 ok\r\n');
        } else if (line === 'DATA') {
          data = '';
          socket.write('354 go on\r\n');
        } else if (line === 'QUIT') socket.end('221 bye\r\n');
      }
    });
  });
}

describe('mail', () => {
  const state = { refuses: false, mails: [] as string[] };
  const server = openMailServer(state);
  let smtp_url = '';
  beforeAll(async () => {
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    smtp_url = `smtp://127.0.0.1:${(server.address() as AddressInfo).port}`;
  });
  afterAll(() => new Promise((resolve) => server.close(resolve)));

  const channel = { kind: 'email', secret: { to: ['ops@example.com'] } };
  const options = () => ({ smtp_url, smtp_from: 'runfold@example.com' });

  test('is sent with the id of its delivery, and names add no header', async () => {
    await send(channel, 'delivery-1', notification, options());
    const [mail = ''] = state.mails;
    expect(mail).toContain('Message-ID: <delivery-1@runfold>');
    expect(mail).toContain('To: ops@example.com');
    const [head = ''] = mail.split('\n\n');
    expect(head).toMatch(/^Subject: \[Runfold\] Budget users of ann Bcc: all@example\.com/m);
    expect(head).not.toMatch(/^Bcc:/m);
  });

  test('that is not taken says so without more than the code', async () => {
    state.refuses = true;
    const sent = send(channel, 'delivery-2', notification, options());
    await expect(sent).rejects.toThrow('The mail server did not accept it: 550.');
    await expect(send(channel, 'delivery-3', notification, {})).rejects.toThrow('RUNFOLD_SMTP_URL');
  });
});
