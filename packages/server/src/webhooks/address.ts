/**
 * Which addresses a webhook may reach. The control plane stands where administrators' tools stand: an address that somebody
 * types must not lead it to the metadata service of its cloud, nor into its own network unless an administrator says so
 * (server-side request forgery, CWE-918).
 */
import { lookup as resolve } from 'node:dns';
import { isIP, type LookupFunction } from 'node:net';
import ipaddr from 'ipaddr.js';

export type AddressClass = 'public' | 'private' | 'forbidden';

/** The `code` of the error of a guarded lookup. */
export type RefusedAddress = 'webhook-address-forbidden' | 'webhook-address-private';

const INSIDE = new Set(['private', 'loopback', 'carrierGradeNat', 'uniqueLocal']);
/** Metadata and platform services inside ranges that are else open or private: Alibaba, Azure, AWS, Google. */
const METADATA = new Set(['100.100.100.200', '168.63.129.16', 'fd00:ec2::254', 'fd20:ce::254']);
/** What is not handed out to the public internet is not public, whatever later versions of a library know of it. */
const GLOBAL_V6 = ipaddr.IPv6.parseCIDR('2000::/3');

/** The class of an IP address in text (v6 with or without brackets). What is no address is `forbidden`. */
export function classOf(text: string): AddressClass {
  const bare = text.replace(/^\[|\]$/g, '');
  if (isIP(bare) === 0) return 'forbidden';
  const address = ipaddr.parse(bare);
  if (METADATA.has(address.toString())) return 'forbidden';
  const inner = innerOf(address);
  if (inner !== null) return classOf(inner);
  const range = address.range();
  if (INSIDE.has(range)) return 'private';
  if (range !== 'unicast') return 'forbidden';
  return address instanceof ipaddr.IPv6 && !address.match(GLOBAL_V6) ? 'forbidden' : 'public';
}

/** The IPv4 address that an IPv6 one stands for: mapped, or translated by NAT64 (RFC 6052), as IPv6-only clusters do. */
function innerOf(address: ipaddr.IPv4 | ipaddr.IPv6): string | null {
  if (!(address instanceof ipaddr.IPv6)) return null;
  if (address.isIPv4MappedAddress()) return address.toIPv4Address().toString();
  const [a, b, c, d, e, f, g = 0, h = 0] = address.parts;
  if (a !== 0x64 || b !== 0xff9b || c !== 0 || d !== 0 || e !== 0 || f !== 0) return null;
  return `${g >> 8}.${g & 255}.${h >> 8}.${h & 255}`;
}

/** Why an address may not be dialled; null when it may. */
export function refusalOf(address: AddressClass, allowPrivate: boolean): RefusedAddress | null {
  if (address === 'forbidden') return 'webhook-address-forbidden';
  return address === 'private' && !allowPrivate ? 'webhook-address-private' : null;
}

/** The class of a host that is an address and not a name; null for a name, which is judged when it is looked up. */
export function literalClass(hostname: string): AddressClass | null {
  return isIP(hostname.replace(/^\[|\]$/g, '')) === 0 ? null : classOf(hostname);
}

/**
 * A DNS lookup for sockets that refuses a name when any of its addresses is out of reach. The socket connects to exactly
 * the addresses that were checked, so that a second answer of the name server (DNS rebinding) never counts.
 */
export function guardedLookup(allowPrivate: boolean): LookupFunction {
  return (hostname, options, callback) => {
    resolve(hostname, { ...options, all: true }, (error, addresses) => {
      if (error) return callback(error, [], 0);
      const refusals = addresses.map(({ address }) => refusalOf(classOf(address), allowPrivate));
      const refusal = addresses.length === 0 ? 'webhook-address-forbidden' : refusals.find((each) => each !== null);
      if (refusal) return callback(Object.assign(new Error('address refused'), { code: refusal }), [], 0);
      if (options.all) callback(null, addresses);
      else callback(null, addresses[0]!.address, addresses[0]!.family);
    });
  };
}
