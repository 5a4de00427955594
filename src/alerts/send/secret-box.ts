import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';
import { SecretKeyError } from './alert-errors.js';

/** The secret part of a channel. */
export interface ChannelSecret {
  readonly url?: string | undefined;
  /** The secret that signs webhooks, in base64. */
  readonly signing_secret?: string | undefined;
  readonly to?: readonly string[] | undefined;
}

const cipher = 'aes-256-gcm';
const nonceBytes = 12;
const tagBytes = 16;

/** Reads a key of 64 hexadecimal digits, or of 32 bytes in base64. @throws SecretKeyError */
export function secretKeyOf(text: string | undefined): Buffer {
  const how =
    'Make one with "openssl rand -hex 32", give it to every worker and service, and keep it.';
  if (text === undefined || text === '') {
    throw new SecretKeyError(
      `RUNFOLD_SECRET_KEY is not set. It encrypts the secrets of channels. ${how}`,
    );
  }
  const key = /^[\da-f]{64}$/i.test(text) ? Buffer.from(text, 'hex') : Buffer.from(text, 'base64');
  if (key.length === 32) return key;
  throw new SecretKeyError(
    `RUNFOLD_SECRET_KEY: expected 32 bytes as hexadecimal digits or base64. ${how}`,
  );
}

/** Encrypts a value with AES-256-GCM: nonce, tag and ciphertext, one after the other. */
export function sealSecret(key: Buffer, value: unknown): Buffer {
  const nonce = randomBytes(nonceBytes);
  const sealing = createCipheriv(cipher, key, nonce);
  const text = Buffer.concat([sealing.update(JSON.stringify(value), 'utf8'), sealing.final()]);
  return Buffer.concat([nonce, sealing.getAuthTag(), text]);
}

/** Decrypts a sealed value. @throws SecretKeyError if it was sealed with another key. */
export function openSecret<T>(key: Buffer, sealed: Buffer): T {
  const opening = createDecipheriv(cipher, key, sealed.subarray(0, nonceBytes));
  opening.setAuthTag(sealed.subarray(nonceBytes, nonceBytes + tagBytes));
  const text = sealed.subarray(nonceBytes + tagBytes);
  try {
    return JSON.parse(Buffer.concat([opening.update(text), opening.final()]).toString('utf8')) as T;
  } catch {
    throw new SecretKeyError(
      'RUNFOLD_SECRET_KEY differs from the key that the channel was created with. Create the channel again.',
    );
  }
}
