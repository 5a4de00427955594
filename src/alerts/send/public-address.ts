import { lookup } from 'node:dns/promises';
import { BlockList, isIP } from 'node:net';
import { DeliveryError } from './alert-errors.js';

/**
 * Addresses of this machine, of its network, or unassigned: the special-purpose registries of IANA,
 * https://www.iana.org/assignments/iana-ipv4-special-registry and iana-ipv6-special-registry. IPv6
 * forms that contain an IPv4 address are refused, except for mapped ones, whose IPv4 address is
 * checked.
 */
const own4 = new BlockList();
// A list of its own: in one list, `::/3` would hold every IPv4 address, in its mapped form.
const own6 = new BlockList();
for (const range of [
  '0.0.0.0/8',
  '10.0.0.0/8',
  '100.64.0.0/10',
  '127.0.0.0/8',
  '169.254.0.0/16',
  '172.16.0.0/12',
  '192.0.0.0/24',
  '192.0.2.0/24',
  '192.88.99.0/24',
  '192.168.0.0/16',
  '198.18.0.0/15',
  '198.51.100.0/24',
  '203.0.113.0/24',
  '224.0.0.0/3',
]) {
  const [net = '', bits] = range.split('/');
  own4.addSubnet(net, Number(bits), 'ipv4');
}
for (const range of [
  // All but 2000::/3, the only addresses that are assigned in the Internet. Networks such as Yggdrasil use others.
  '::/3',
  '4000::/2',
  '8000::/1',
  '2001::/23',
  '2001:db8::/32',
  '2002::/16',
  '3fff::/20',
]) {
  const [net = '', bits] = range.split('/');
  own6.addSubnet(net, Number(bits), 'ipv6');
}

/** Whether anyone may be sent to an address. */
export function isPublicAddress(address: string): boolean {
  const family = isIP(address);
  if (family === 0) return false;
  if (family === 4) return !own4.check(address, 'ipv4');
  const [, mapped] =
    /^::ffff:([\da-f]+:[\da-f]+)$/i.exec(
      new URL(`http://[${address.split('%')[0]}]`).hostname.slice(1, -1),
    ) ?? [];
  if (mapped === undefined) return !own6.check(address.split('%')[0] ?? '', 'ipv6');
  const [high = 0, low = 0] = mapped.split(':').map((part) => Number.parseInt(part, 16));
  const parts = [high >> 8, high & 255, low >> 8, low & 255];
  return !own4.check(parts.join('.'), 'ipv4');
}

/** An address to connect to. */
export interface CheckedAddress {
  readonly address: string;
  readonly family: 4 | 6;
}

/**
 * Resolves a host once. The caller must connect to exactly this address, because a second lookup
 * could return another one. If any address of a name is not public, the name is refused, unless the
 * operator allows it. @throws DeliveryError
 */
export async function checkedAddress(
  host: string,
  allowed: readonly string[],
): Promise<CheckedAddress> {
  const bare = host.replace(/^\[|\]$/g, '').toLowerCase();
  const found = await lookup(bare, { all: true, verbatim: true }).catch(() => {
    throw new DeliveryError(`The host ${bare} does not exist.`);
  });
  const [first] = found;
  if (first === undefined) throw new DeliveryError(`The host ${bare} does not exist.`);
  if (!allowed.includes(bare) && !found.every(({ address }) => isPublicAddress(address))) {
    throw new DeliveryError(
      `Expected a public address, got one in the network of this machine for ${bare}. RUNFOLD_WEBHOOK_HOSTS names hosts that are allowed.`,
    );
  }
  return { address: first.address, family: first.family === 6 ? 6 : 4 };
}

/** The host of an address as it is compared with the allowed ones: lower case, an IPv6 address without brackets. */
export const hostOf = (url: URL): string => url.hostname.replace(/^\[|\]$/g, '').toLowerCase();

/**
 * What was expected of an address to which nothing is ever sent, whatever its name resolves to; undefined for all
 * others.
 */
export function expectedOf(url: URL, allowed: readonly string[]): string | undefined {
  const host = hostOf(url);
  if (allowed.includes(host)) return undefined;
  const hint = 'or a host that RUNFOLD_WEBHOOK_HOSTS names';
  if (url.protocol !== 'https:') return `an https address, ${hint}`;
  return isIP(host) !== 0 && !isPublicAddress(host) ? `a public address, ${hint}` : undefined;
}
