import net from 'node:net';

/** A name; an IPv6 address stands in brackets where a port follows, as in a URL (RFC 3986). */
const ADDRESS = /^(?:\[([^\]]+)\]|([^\s:/[\]]+))(?::(\d{1,5}))?$/;
const MAX_PORT = 65_535;
/** Hosts under this name are never looked up (RFC 6761). */
const STAND_IN_DOMAIN = '.ipv6.invalid';

/**
 * @param defaultPort of an address that names none
 * @returns the address as "host:port", an IPv6 host in brackets; undefined where it is none
 */
export function normalAddress(text: string, defaultPort: number): string | undefined {
  if (net.isIPv6(text)) return `[${text}]:${defaultPort}`;
  const [, ipv6, name, port = String(defaultPort)] = ADDRESS.exec(text) ?? [];
  if (Number(port) < 1 || Number(port) > MAX_PORT) return undefined;
  if (ipv6 !== undefined) return net.isIPv6(ipv6) ? `[${ipv6}]:${port}` : undefined;
  return name === undefined ? undefined : `${name}:${port}`;
}

/**
 * Names that stand for IPv6 addresses. kafkajs cuts an address at its first colon; what it makes of a name it hands to
 * whoever opens the socket.
 */
export class StandIns {
  private readonly hosts = new Map<string, string>();

  /** @param address of normalAddress @returns the same with a name in place of an IPv6 host */
  add(address: string): string {
    const [, host, port] = /^\[(.+)\]:(\d+)$/.exec(address) ?? [];
    if (host === undefined) return address;
    const name = host.replace(/[^0-9a-z]/gi, '-') + STAND_IN_DOMAIN;
    this.hosts.set(name, host);
    return `${name}:${port}`;
  }

  /** @returns the host that a name stands for, or the name itself */
  hostOf(name: string): string {
    return this.hosts.get(name) ?? name;
  }
}

/** @returns whether an address is of those that a person has entered, and not one that brokers announce */
export function isListed(address: string, listed: readonly string[]): boolean {
  return listed.includes(address) || address.includes(`${STAND_IN_DOMAIN}:`);
}
