import { isIPv6 } from 'node:net';

const GROUPS = 8;
/** Whoever has one IPv6 address has all that begin with the same 64 bits (RFC 6177). */
const GROUPS_OF_ONE = 4;

/** @returns what stands for all addresses that one machine can send from: an IPv4 address, or the half of an IPv6 one */
export function networkOf(address: string): string {
  const [plain = ''] = address.split('%', 1);
  const [, mapped] = /^::ffff:([\d.]+)$/i.exec(plain) ?? [];
  if (mapped !== undefined) return mapped;
  if (!isIPv6(plain)) return plain;
  const [head = [], tail = []] = plain.split('::').map((part) => part.split(':').filter(Boolean));
  // An IPv4 address at the end stands for two groups.
  const behind = tail.length + (tail.at(-1)?.includes('.') ? 1 : 0);
  const between = plain.includes('::') ? GROUPS - head.length - behind : 0;
  const groups = [...head, ...Array<string>(between).fill('0'), ...tail].slice(0, GROUPS_OF_ONE);
  return groups.map((group) => group.toLowerCase().replace(/^0+(?=.)/, '')).join(':');
}
