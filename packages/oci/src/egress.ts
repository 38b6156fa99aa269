import { lookup as resolve } from 'node:dns';
import type { LookupFunction } from 'node:net';
import { BlockList, isIP } from 'node:net';

/**
 * What an address is to this client. `forbidden` (metadata services, link-local, unspecified, multicast, reserved) is
 * dialled never, by nobody; `loopback` and `private` are legitimate for a registry, for agents live inside networks.
 */
export type AddressClass = 'public' | 'private' | 'loopback' | 'forbidden';

/** Which addresses a connection may reach: every one but the forbidden, only public ones, or only those inside. */
export type Reach = 'any' | 'public' | 'inside';

/** The `code` of the error that a guarded lookup fails with. */
export const ADDRESS_REFUSED = 'PHAROS_ADDRESS_REFUSED';

const FORBIDDEN = blockList(
  // 192.0.0.192 and 100.100.100.200, 168.63.129.16: metadata of Oracle, Alibaba, Azure; the last two v6: AWS, Google.
  [
    '0.0.0.0/8',
    '169.254.0.0/16',
    '192.0.0.0/24',
    '100.100.100.200/32',
    '168.63.129.16/32',
    '224.0.0.0/4',
    '240.0.0.0/4',
  ],
  ['::/128', 'fe80::/10', 'ff00::/8', '2001::/32', '100::/64', 'fd00:ec2::254/128', 'fd20:ce::254/128'],
);
const LOOPBACK = blockList(['127.0.0.0/8'], ['::1/128']);
const PRIVATE = blockList(
  [
    '10.0.0.0/8',
    '172.16.0.0/12',
    '192.168.0.0/16',
    '100.64.0.0/10',
    '198.18.0.0/15',
    '192.0.2.0/24',
    '198.51.100.0/24',
    '203.0.113.0/24',
    '192.88.99.0/24',
  ],
  ['fc00::/7', 'fec0::/10', '2001:db8::/32', '64:ff9b:1::/48'],
);

/** The class of an IP address in text (v6 with or without brackets or zone). Anything that is no address is `forbidden`. */
export function classOf(address: string): AddressClass {
  const bare = address.replace(/^\[|\]$/g, '').replace(/%.*$/, '');
  const family = isIP(bare);
  if (family === 0) return 'forbidden';
  const v4 = family === 6 ? embedded(bare) : null;
  if (v4 !== null) {
    const inner = classOf(v4);
    // Local-use NAT64 leads into somebody's own network whatever the inner address says.
    return inner === 'public' && PRIVATE.check(bare, 'ipv6') ? 'private' : inner;
  }
  const kind = family === 4 ? 'ipv4' : 'ipv6';
  if (FORBIDDEN.check(bare, kind)) return 'forbidden';
  if (LOOPBACK.check(bare, kind)) return 'loopback';
  return PRIVATE.check(bare, kind) ? 'private' : 'public';
}

/** Whether a connection with this reach may go to an address of this class. */
export function permits(reach: Reach, address: AddressClass): boolean {
  if (address === 'forbidden') return false;
  return reach === 'any' || (reach === 'public') === (address === 'public');
}

/** Whether the host of a URL is an address and not a name, by its class; null for a name. */
export function literalClass(hostname: string): AddressClass | null {
  return isIP(hostname.replace(/^\[|\]$/g, '')) === 0 ? null : classOf(hostname);
}

/**
 * A DNS lookup for sockets that refuses a name when any of its addresses is out of reach. The socket connects to
 * exactly the addresses that were checked, so a second answer of the name server (DNS rebinding) never counts.
 * @param seen is told the classes of every accepted answer
 */
export function guardedLookup(reach: Reach, seen?: (classes: readonly AddressClass[]) => void): LookupFunction {
  return (hostname, options, callback) => {
    resolve(hostname, { ...options, all: true }, (error, addresses) => {
      if (error) return callback(error, [], 0);
      const classes = addresses.map(({ address }) => classOf(address));
      if (classes.length === 0 || !classes.every((each) => permits(reach, each))) {
        return callback(Object.assign(new Error('address refused'), { code: ADDRESS_REFUSED }), [], 0);
      }
      seen?.(classes);
      if (options.all) callback(null, addresses);
      else callback(null, addresses[0]!.address, addresses[0]!.family);
    });
  };
}

/** The IPv4 address inside an IPv6 one: mapped, compatible, translated, NAT64 (RFC 6052, 8215) and 6to4; null for none. */
function embedded(v6: string): string | null {
  const groups = groupsOf(v6);
  const [a, b, c, , e, f, g, h] = groups as [number, number, number, number, number, number, number, number];
  const zero = (from: number, to: number) => groups.slice(from, to).every((group) => group === 0);
  if (a === 0x2002) return dotted(b, c);
  if (a === 0x64 && b === 0xff9b && (c === 1 || zero(2, 6))) return dotted(g, h);
  if (zero(0, 5) && f === 0xffff) return dotted(g, h);
  if (zero(0, 4) && e === 0xffff && f === 0) return dotted(g, h);
  // ::a.b.c.d, but not :: and ::1
  if (zero(0, 6) && (g !== 0 || h > 1)) return dotted(g, h);
  return null;
}

function groupsOf(v6: string): number[] {
  // The URL parser writes every spelling (dotted tail, leading zeros) in one canonical hexadecimal form.
  const canonical = new URL(`http://[${v6}]`).hostname.slice(1, -1);
  const [head = '', tail] = canonical.split('::');
  const left = head === '' ? [] : head.split(':');
  const right = tail === undefined || tail === '' ? [] : tail.split(':');
  const middle = tail === undefined ? [] : new Array<string>(8 - left.length - right.length).fill('0');
  return [...left, ...middle, ...right].map((group) => Number.parseInt(group, 16));
}

function dotted(high: number, low: number): string {
  return `${high >> 8}.${high & 255}.${low >> 8}.${low & 255}`;
}

function blockList(v4: readonly string[], v6: readonly string[]): BlockList {
  const list = new BlockList();
  for (const [family, subnets] of [
    ['ipv4', v4],
    ['ipv6', v6],
  ] as const) {
    for (const subnet of subnets) {
      const [net, bits] = subnet.split('/') as [string, string];
      list.addSubnet(net, Number(bits), family);
    }
  }
  return list;
}
