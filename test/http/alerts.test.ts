import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createClient, type RunfoldClient } from '#runfold/client.js';
import { fastestTier } from '../../harness/tiers.js';
import { openReceiver, type Receiver } from '../../harness/webhook-receiver.js';
import { openTestService, type TestService } from './http-service.js';

describe('alerts over HTTP', () => {
  let service: TestService;
  let receiver: Receiver;
  let client: RunfoldClient;
  let headers: Readonly<Record<string, string>>;
  beforeAll(async () => {
    receiver = await openReceiver();
    service = await openTestService(fastestTier(), {
      alerts: { secret_key: randomBytes(32).toString('hex'), allowed_hosts: ['127.0.0.1'] },
    });
    const key = await service.key(1, ['read', 'admin']);
    headers = key.headers;
    client = createClient({ url: service.http.url, key: key.headers.authorization.slice(7) });
  });
  afterAll(async () => {
    await service.close();
    await receiver.close();
  });

  test.each(['alert', 'channel', 'budget'])(
    'say in a sentence that there is no %s',
    async (kind) => {
      const gone = await service.fetch(`/v1/${kind}s/none`, { method: 'DELETE', headers });
      const noun = kind === 'alert' ? 'rule' : kind;
      const detail = `There is no ${noun} "none" in this project.`;
      expect(await gone.json()).toMatchObject({ status: 404, detail });
    },
  );

  test('are made, listed, tested and dropped by a client', async () => {
    const hook = await client.createChannel({ kind: 'webhook', name: 'ops', url: receiver.url });
    expect(hook.signing_secret).toMatch(/^whsec_[\w+/]{43}=$/);
    const { signing_secret: _, ...channel } = hook;
    expect(await client.listChannels()).toEqual([channel]);
    expect(JSON.stringify(channel)).not.toContain('/hook');
    expect(await client.testChannel({ name: 'ops' })).toEqual({ delivered: true });
    expect(receiver.received).toHaveLength(1);
    receiver.answer(500);
    await expect(client.testChannel({ name: 'ops' })).rejects.toMatchObject({
      code: 'not_delivered',
      message: expect.stringContaining('got 500'),
    });
    const rule = await client.createAlert({ kind: 'rejects', name: 'rejects', channels: ['ops'] });
    expect(await client.listAlerts()).toEqual([rule]);
    expect(rule).toMatchObject({ states: [], muted_until: null });
    expect(await client.listAlertHistory({ rule: 'rejects' })).toEqual({ items: [] });
    const muted = await client.muteAlert({ name: 'rejects', minutes: 5 });
    expect(muted).toEqual({ ...rule, muted_until: expect.stringMatching(/Z$/) });
    await expect(client.muteAlert({ name: 'rejects', minutes: 50_000 })).rejects.toMatchObject({
      problem: { faults: [{ field: 'minutes' }] },
    });
    expect(await client.muteAlert({ name: 'rejects', minutes: 0 })).toEqual(rule);
    expect(await client.muteAlert({ name: 'none', minutes: 5 })).toBeUndefined();
    await expect(
      client.createAlert({ kind: 'rejects', name: 'rejects', channels: ['ops'] }),
    ).rejects.toMatchObject({ code: 'alert_exists' });
    await expect(
      client.createAlert({ kind: 'rejects', name: 'other', channels: ['nobody'] }),
    ).rejects.toMatchObject({
      code: 'invalid_request',
      problem: { faults: [{ field: 'channels' }] },
    });
    expect(await client.dropAlert({ name: 'rejects' })).toEqual(rule);
    expect(await client.dropAlert({ name: 'rejects' })).toBeUndefined();
    expect(await client.dropChannel({ name: 'ops' })).toEqual(channel);
    await expect(client.testChannel({ name: 'ops' })).rejects.toMatchObject({ code: 'not_found' });
  });
});
