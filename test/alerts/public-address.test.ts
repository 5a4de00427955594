import type { LookupAddress } from 'node:dns';
import dns from 'node:dns/promises';
import { syncBuiltinESMExports } from 'node:module';
import { createServer, type Socket } from 'node:net';
import { describe, expect, test } from 'vitest';
import { post } from '#runfold/alerts/send/post.js';
import { checkedAddress, isPublicAddress } from '#runfold/alerts/send/public-address.js';
import { openReceiver } from '../../harness/webhook-receiver.js';

describe('where webhooks may go', () => {
  test.each([
    '127.0.0.1',
    '127.255.255.254',
    '0.0.0.0',
    '10.1.2.3',
    '100.64.0.1',
    '169.254.169.254',
    '172.16.0.1',
    '172.31.255.255',
    '192.168.1.1',
    '192.0.0.8',
    '198.18.0.1',
    '224.0.0.1',
    '255.255.255.255',
    '::',
    '::1',
    '::ffff:127.0.0.1',
    '::ffff:a9fe:a9fe',
    '0:0:0:0:0:ffff:10.0.0.1',
    '::127.0.0.1',
    'fe80::1',
    'fe80::1%eth0',
    'fd00:ec2::254',
    'fec0::1',
    'ff02::1',
    '64:ff9b::7f00:1',
    '2002:7f00:1::',
    '2001:0:7f00:1::',
    '2001:db8::1',
    '64:ff9b:1::1',
    '100::1',
    '100:0:0:1::1',
    '200:1234::1',
    '4000::1',
    '5f00::1',
    'fe00::1',
    '::ffff:0:127.0.0.1',
    '::ffff:808:7f00:1',
    'no address',
  ])('is not %s', (address) => {
    expect(isPublicAddress(address)).toBe(false);
  });

  test.each([
    '1.1.1.1',
    '172.32.0.1',
    '100.128.0.1',
    '192.169.0.1',
    '::ffff:1.1.1.1',
    '2606:4700::1111',
  ])('is %s', (address) => {
    expect(isPublicAddress(address)).toBe(true);
  });

  test.each([
    'localhost',
    '127.1',
    '2130706433',
    '0x7f000001',
    '0177.0.0.1',
    '[::1]',
    '[::ffff:7f00:1]',
  ])('is not %s, however it is written', async (host) => {
    const hostname = new URL(`http://${host}/`).hostname;
    await expect(checkedAddress(hostname, [])).rejects.toThrow('Expected a public address');
    const sent = post({ url: `https://${host}/`, body: '{}', headers: {}, allowed_hosts: [] });
    await expect(sent).rejects.toThrow('Expected a public address');
  });

  test('is a host of the network that the operator names, and no other, without TLS too', async () => {
    const receiver = await openReceiver();
    const sending = { url: receiver.url, body: '{"a":1}', headers: { 'x-own': 'yes' } };
    await expect(post({ ...sending, allowed_hosts: [] })).rejects.toThrow(
      'Expected an https address',
    );
    await expect(post({ ...sending, allowed_hosts: ['localhost'] })).rejects.toThrow('https');
    await post({ ...sending, allowed_hosts: ['127.0.0.1'] });
    expect(receiver.received).toMatchObject([{ body: '{"a":1}', headers: { 'x-own': 'yes' } }]);
    await receiver.close();
  });

  test('gets the user and password of its address, as a receiver behind a gateway may want', async () => {
    const receiver = await openReceiver();
    const url = receiver.url.replace('//', '//hook:p%40ss@');
    await post({ url, body: '{}', headers: {}, allowed_hosts: ['127.0.0.1'] });
    const authorization = `Basic ${Buffer.from('hook:p@ss').toString('base64')}`;
    expect(receiver.received).toMatchObject([{ headers: { authorization } }]);
    await receiver.close();
  });

  test.each(['HTTP_PROXY', 'http_proxy', 'HTTPS_PROXY', 'ALL_PROXY'])(
    'is reached without the proxy that %s names',
    async (name) => {
      const receiver = await openReceiver();
      const proxy = await openReceiver();
      const before = process.env[name];
      process.env[name] = new URL(proxy.url).origin;
      try {
        const sending = { body: '{}', headers: {}, allowed_hosts: ['127.0.0.1'] };
        await post({ ...sending, url: receiver.url });
        expect(receiver.received).toHaveLength(1);
        // A proxy inside the network would reach what is refused here.
        await expect(post({ ...sending, url: 'https://10.1.2.3/' })).rejects.toThrow(
          'public address',
        );
        expect(proxy.received).toHaveLength(0);
      } finally {
        if (before === undefined) delete process.env[name];
        else process.env[name] = before;
        await receiver.close();
        await proxy.close();
      }
    },
  );

  test('is decided by one look-up of a name, whose addresses must all be public', async () => {
    const receiver = await openReceiver();
    const { lookup } = dns;
    const names: Record<string, readonly string[]> = {
      'private.test': ['10.1.2.3'],
      'metadata.test': ['169.254.169.254'],
      'both.test': ['1.1.1.1', 'fd00::1'],
      'public.test': ['1.1.1.1', '2606:4700::1111'],
      // The second look-up would give another address than the first, as an attacker's would.
      'changing.test': ['127.0.0.1'],
    };
    let lookups = 0;
    const fake = async (name: string): Promise<LookupAddress[]> => {
      lookups += 1;
      const addresses = names[name] ?? [];
      if (name === 'changing.test') names[name] = ['127.0.0.2'];
      return addresses.map((address) => ({ address, family: address.includes(':') ? 6 : 4 }));
    };
    dns.lookup = fake as unknown as typeof lookup;
    syncBuiltinESMExports();
    try {
      for (const name of ['private.test', 'metadata.test', 'both.test']) {
        await expect(checkedAddress(name, [])).rejects.toThrow('Expected a public address');
      }
      await expect(checkedAddress('no.test', [])).rejects.toThrow('does not exist');
      expect(await checkedAddress('public.test', [])).toEqual({ address: '1.1.1.1', family: 4 });
      lookups = 0;
      const url = receiver.url.replace('127.0.0.1', 'changing.test');
      await post({ url, body: '{}', headers: {}, allowed_hosts: ['changing.test'] });
      expect(receiver.received).toMatchObject([
        { headers: { host: expect.stringMatching(/^changing\.test:\d+$/) } },
      ]);
      expect(lookups).toBe(1);
    } finally {
      dns.lookup = lookup;
      syncBuiltinESMExports();
      await receiver.close();
    }
  });

  test.each<[string, (socket: Socket) => void, RegExp | undefined]>([
    ['hangs up', (socket) => socket.destroy(), /Could not send it to 127\.0\.0\.1: ECONN/],
    ['speaks another protocol', (socket) => socket.end('SSH-2.0-x\r\n\r\n'), /: HPE_/],
    ['sends a letter now and then', (socket) => void socket.write('H'), /within 0.3 s/],
    [
      'accepts with an upgrade',
      (socket) => socket.end('HTTP/1.1 101 X\r\nupgrade: x\r\n\r\n'),
      /./,
    ],
    [
      'takes it and then sends without end',
      (socket) => {
        socket.write('HTTP/1.1 200 OK\r\n\r\n');
        const more = () => socket.write('x'.repeat(65_536)) && setImmediate(more);
        socket.on('drain', more);
        more();
      },
      undefined,
    ],
  ])('a receiver that %s', async (_, behave, fault) => {
    const open = new Set<Socket>();
    const server = createServer((socket) => {
      open.add(socket.on('error', () => undefined).on('close', () => open.delete(socket)));
      socket.once('data', () => behave(socket));
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as { port: number };
    const sent = post({
      url: `http://127.0.0.1:${port}/`,
      body: '{}',
      headers: {},
      allowed_hosts: ['127.0.0.1'],
      timeout_ms: 300,
    });
    try {
      if (fault === undefined) await sent;
      else await expect(sent).rejects.toThrow(fault);
      // Nothing of it is left open on this side.
      await expect.poll(() => open.size).toBe(0);
    } finally {
      for (const socket of open) socket.destroy();
      server.close();
    }
  });

  test('follows no redirect, waits for nobody, and believes no answer but 2xx', async () => {
    const receiver = await openReceiver();
    const other = await openReceiver();
    const sending = {
      url: receiver.url,
      body: '{}',
      headers: {},
      allowed_hosts: ['127.0.0.1'],
      timeout_ms: 300,
    };
    receiver.answer(302, { location: other.url });
    await expect(post(sending)).rejects.toThrow('got 302, a redirect, which is not followed');
    expect(other.received).toEqual([]);
    receiver.answer(500);
    await expect(post(sending)).rejects.toThrow('got 500');
    receiver.answer('never');
    await expect(post(sending)).rejects.toThrow('There was no response within 0.3 s.');
    await receiver.close();
    await expect(post(sending)).rejects.toThrow('ECONNREFUSED');
    await other.close();
  });
});
