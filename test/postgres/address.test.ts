import { describe, expect, test } from 'vitest';
import { addressOf } from '#runfold/postgres/address.js';

const url = (parameters: Record<string, string>) =>
  `postgres://ann:secret@db.example/runfold?${new URLSearchParams(parameters)}`;
const modeOf = (parameters: Record<string, string>) => {
  const { connectionString } = addressOf(url(parameters)) as { readonly connectionString: string };
  return new URL(connectionString).searchParams.get('sslmode');
};

describe('the URL of a Postgres', () => {
  test.each([
    [{ sslmode: 'strange' }, 'sslmode: expected one of disable, allow, prefer, require'],
    [{ sslmode: 'VERIFY-FULL' }, 'sslmode: expected one of'],
    [{ sslmode: 'verify-full', sslrootcert: '/no/ca.pem' }, 'sslrootcert: expected a file'],
    [{ sslmode: 'require', sslcert: '/no/own.pem' }, 'sslcert: expected a file'],
    [{ sslmode: 'require', sslkey: '/no/own.key' }, 'sslkey: expected a file'],
    [
      { sslrootcert: '/no/ca.pem' },
      'sslrootcert: expected a file that can be read, got "/no/ca.pem" (ENOENT)',
    ],
  ])('with %j is refused before anything is sent', (parameters: Record<string, string>, text) => {
    expect(() => addressOf(url(parameters))).toThrow(`DATABASE_URL: ${text}`);
    expect(() => addressOf(url(parameters))).not.toThrow('secret');
  });

  test('takes the modes of libpq, and the CAs of the system', () => {
    expect(modeOf({ sslmode: 'allow' })).toBe('prefer');
    expect(modeOf({ sslmode: 'no-verify' })).toBe('require');
    expect(modeOf({ sslmode: 'verify-ca', sslrootcert: 'system' })).toBe('verify-full');
    expect(modeOf({ sslmode: '' })).toBe('');
    expect(modeOf({})).toBeNull();
  });
});
