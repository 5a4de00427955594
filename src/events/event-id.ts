import { hash } from 'node:crypto';

const canonicalUuid = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;
/** The namespace of Runfold's name-based UUIDs; changing it would make every re-sent id new. */
const namespace = Buffer.from('5b0d6f1e9a3c4c55b7a1f2c04d8e6a91', 'hex');

/** Whether a string is a UUID in canonical, lower-case form, and is therefore stored as it is. */
export function isCanonicalUuid(text: string): boolean {
  return canonicalUuid.test(text);
}

/**
 * The name-based UUID (version 5, RFC 9562 section 5.5) under which an id that is no UUID is
 * stored in 16 bytes.
 */
export function nameBasedUuid(name: string): string {
  const text = Buffer.from(name);
  const hex = hash('sha1', Buffer.concat([namespace, text]), 'hex');
  const variant = variants[Number.parseInt(hex.charAt(16), 16) & 3];
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-5${hex.slice(13, 16)}-${variant}${hex.slice(17, 20)}-${hex.slice(20, 32)}`;
}

/** Whether a string is such a UUID. */
export function isNameBased(text: string): boolean {
  return isCanonicalUuid(text) && text[14] === '5';
}

/** The variant bits 10 before the two that the hash keeps. */
const variants = '89ab';

/** The 16-byte key of an event id: a UUID as it is, anything else as its name-based UUID. */
export function eventKey(id: string): string {
  return isCanonicalUuid(id) ? id : nameBasedUuid(id);
}

/** Whether an event says that it corrects itself: it would move totals and be in no list. */
export function correctsItself(id: unknown, corrects: unknown): boolean {
  if (typeof id !== 'string' || typeof corrects !== 'string') return false;
  return id === corrects || eventKey(id) === eventKey(corrects);
}
