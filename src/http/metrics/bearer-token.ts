import { timingSafeEqual } from 'node:crypto';

/** Whether a request has a token as its bearer token. */
export function hasBearerToken(authorization: string | undefined, token: string): boolean {
  const expected = Buffer.from(`Bearer ${token}`);
  const got = Buffer.from(authorization ?? '');
  return got.length === expected.length && timingSafeEqual(got, expected);
}
