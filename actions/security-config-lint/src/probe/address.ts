import { BlockList, isIPv4, isIPv6 } from 'node:net';

/** `never`: no web server that may be asked stands there, whatever the inputs say; the metadata service of clouds is one of them. */
export type AddressClass = 'public' | 'private' | 'never';

/** Networks of one's own: loopback, RFC 1918, carriers (RFC 6598), unique local (RFC 4193). */
const PRIVATE: readonly (readonly [network: string, prefix: number])[] = [
  ['127.0.0.0', 8], ['10.0.0.0', 8], ['172.16.0.0', 12], ['192.168.0.0', 16], ['100.64.0.0', 10], ['::1', 128], ['fc00::', 7],
];

/** Everything else that is not the internet (IANA's registries of special-purpose addresses): this host, link-local, documentation, benchmarks, multicast, reserved. */
const NEVER: readonly (readonly [network: string, prefix: number])[] = [
  ['0.0.0.0', 8], ['169.254.0.0', 16], ['192.0.0.0', 24], ['192.0.2.0', 24], ['192.88.99.0', 24], ['198.18.0.0', 15], ['198.51.100.0', 24], ['203.0.113.0', 24], ['224.0.0.0', 4], ['240.0.0.0', 4],
  ['2001::', 23], ['2001:db8::', 32], ['3fff::', 20],
];

/** The only part of version 6 that is the internet so far. */
const GLOBAL_UNICAST = [['2000::', 3]] as const;

/** Prefixes of version 6 that carry an address of version 4, and the group in which it begins: mapped, NAT64, 6to4. */
const CARRIERS: readonly (readonly [network: string, prefix: number, group: number])[] = [['::ffff:0:0', 96, 6], ['64:ff9b::', 96, 6], ['2002::', 16, 1]];

const privateList = listOf(PRIVATE);
const neverList = listOf(NEVER);
const globalList = listOf(GLOBAL_UNICAST);

/** Classifies an address as `dns.lookup` gives it, without brackets; anything that is no address is `never`. */
export function classify(address: string): AddressClass {
  const plain = address.split('%')[0] ?? '';
  const family = isIPv4(plain) ? 'ipv4' : isIPv6(plain) ? 'ipv6' : undefined;
  if (family === undefined) return 'never';
  const carried = family === 'ipv6' ? carriedAddress(plain) : undefined;
  if (carried !== undefined) return classify(carried);
  if (privateList.check(plain, family)) return 'private';
  return neverList.check(plain, family) || (family === 'ipv6' && !globalList.check(plain, family)) ? 'never' : 'public';
}

function carriedAddress(address: string): string | undefined {
  const carrier = CARRIERS.find(([network, prefix]) => listOf([[network, prefix]]).check(address, 'ipv6'));
  if (carrier === undefined) return undefined;
  const groups = groupsOf(address);
  const [high = 0, low = 0] = groups.slice(carrier[2]);
  return [high >> 8, high & 0xFF, low >> 8, low & 0xFF].join('.');
}

/** The eight groups of an address of version 6. */
function groupsOf(address: string): readonly number[] {
  const dotted = /^(.*:)(\d+)\.(\d+)\.(\d+)\.(\d+)$/.exec(address);
  const [, head = address, a = '0', b = '0', c = '0', d = '0'] = dotted ?? [];
  const text = dotted === null ? address : `${head}${(Number(a) * 256 + Number(b)).toString(16)}:${(Number(c) * 256 + Number(d)).toString(16)}`;
  const [left = [], right = []] = text.split('::').map((part) => (part === '' ? [] : part.split(':').map((group) => Number.parseInt(group, 16))));
  return text.includes('::') ? [...left, ...Array<number>(8 - left.length - right.length).fill(0), ...right] : left;
}

function listOf(networks: readonly (readonly [string, number])[]): BlockList {
  const list = new BlockList();
  for (const [network, prefix] of networks) list.addSubnet(network, prefix, network.includes(':') ? 'ipv6' : 'ipv4');
  return list;
}
