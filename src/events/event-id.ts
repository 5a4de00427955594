import { createHash } from 'node:crypto';

const canonicalUuid = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;
/** The namespace of Runfold's name-based UUIDs; changing it would make every re-sent id new. */
const namespace = Buffer.from('5b0d6f1e9a3c4c55b7a1f2c04d8e6a91', 'hex');

/** Whether a text is a UUID in canonical, lower-case form, and so is stored as it is. */
export function isCanonicalUuid(text: string): boolean {
  return canonicalUuid.test(text);
}

/**
 * The name-based UUID (version 5, RFC 9562 section 5.5) under which an id that is no UUID is
 * stored in 16 bytes.
 */
export function nameBasedUuid(name: string): string {
  const hash = createHash('sha1').update(namespace).update(name).digest();
  hash.writeUInt8((hash.readUInt8(6) & 0x0f) | 0x50, 6);
  hash.writeUInt8((hash.readUInt8(8) & 0x3f) | 0x80, 8);
  const hex = hash.toString('hex', 0, 16);
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`;
}

/** The 16-byte key of an event id: a UUID as it is, anything else as its name-based UUID. */
export function eventKey(id: string): string {
  return isCanonicalUuid(id) ? id : nameBasedUuid(id);
}
