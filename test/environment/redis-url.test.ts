import { describe, expect, test } from 'vitest';
import { readRedisUrl, toRedisAddress } from '#runfold/environment/redis-url.js';

describe('REDIS_URL', () => {
  test.each([
    ['redis://host', { kind: 'single', hosts: [{ host: 'host', port: 6379 }], shown: 'host' }],
    ['rediss://u:p%2F@host:1/3', { kind: 'single', is_tls: true, password: 'p/', database: 3 }],
    [
      'redis://u:p%2F@a,b:6380?cluster=true',
      {
        kind: 'cluster',
        hosts: [
          { host: 'a', port: 6379 },
          { host: 'b', port: 6380 },
        ],
        username: 'u',
        password: 'p/',
        is_tls: false,
        shown: 'a,b:6380',
      },
    ],
    ['rediss://a?cluster=true', { kind: 'cluster', is_tls: true, username: undefined }],
    ['redis://:x@a?cluster=true', { username: undefined, password: 'x' }],
    [
      'redis://[::1]:7000,b?cluster=true',
      {
        hosts: [
          { host: '::1', port: 7000 },
          { host: 'b', port: 6379 },
        ],
      },
    ],
    [
      'redis://:p@a,b:1/2?sentinel=main&sentinel_username=s&sentinel_password=q',
      {
        kind: 'sentinel',
        hosts: [
          { host: 'a', port: 26_379 },
          { host: 'b', port: 1 },
        ],
        sentinel_name: 'main',
        sentinel_username: 's',
        sentinel_password: 'q',
        password: 'p',
        database: 2,
        shown: 'a,b:1',
      },
    ],
  ])('reads %s', (text, wanted) => {
    expect(readRedisUrl(text)).toMatchObject(wanted);
    expect(toRedisAddress(text)).toEqual(readRedisUrl(text));
  });

  test.each([
    ['http://host', 'a URL such as'],
    ['redis://host/a', '%2F'],
    ['redis://p/w@a,b?cluster=true', '%2F'],
    ['redis://a,b', 'cluster=true or sentinel=NAME behind several hosts'],
    ['redis://a,b?cluster=true&sentinel=x', 'not both'],
    ['redis://a?cluster=yes', 'cluster=true'],
    ['redis://a?sentinel=', 'the name that the sentinels have'],
    ['redis://a/1?cluster=true', 'no database number'],
    ['redis://a:0?cluster=true', 'hosts as in'],
    ['redis://a:99999,b?cluster=true', 'hosts as in'],
    ['redis://a,,b?cluster=true', 'hosts as in'],
    ['redis://a?cluster=true&tls=1', 'only cluster'],
  ])('refuses %s and says what it takes', (text, wanted) => {
    expect(readRedisUrl(text)).toEqual({ expected: expect.stringContaining(wanted) });
  });

  test('leaves a text that is no URL of several servers to the driver', () => {
    expect(toRedisAddress('host:secret')).toMatchObject({ kind: 'single' });
    expect(() => toRedisAddress('redis://a,b')).toThrow(/^REDIS_URL: expected cluster=true or/);
  });
});
