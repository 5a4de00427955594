import { describe, expect, test } from 'vitest';
import { post } from '#runfold/alerts/send/post.js';
import { checkedAddress, isPublicAddress } from '#runfold/alerts/send/public-address.js';
import { openReceiver } from './receiver.js';

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
    await expect(post(sending)).rejects.toThrow('Expected a response within 0.3 s, got none.');
    await receiver.close();
    await expect(post(sending)).rejects.toThrow('ECONNREFUSED');
    await other.close();
  });
});
