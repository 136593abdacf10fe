import { isIP } from 'node:net';

/** A server's place as it stands in a Host header or in a URL: a name or an address, and a port where one is given. */
interface Place {
  /** in lower case; an IPv6 address without its brackets */
  name: string;
  /** '' where none is given */
  port: string;
}

const PLACE = /^(?:\[([\da-f:.]+)\]|([\w.-]+))(?::(\d{1,5}))?$/i;

/** @returns what a Host header names; undefined where it is not well-formed */
export function readPlace(text: string): Place | undefined {
  const [whole, address, name, port = ''] = PLACE.exec(text) ?? [];
  if (whole === undefined) return undefined;
  return { name: (address ?? name ?? '').toLowerCase().replace(/\.$/, ''), port };
}

/** @returns host and port of a website's origin; undefined where it is none as browsers write it (HTML standard, 7.1.1) */
export function hostOfOrigin(text: string): string | undefined {
  if (!/^https?:/.test(text) || !URL.canParse(text)) return undefined;
  const { origin, host } = new URL(text);
  return origin === text ? host : undefined;
}

/**
 * The names under which this server is asked for. An address needs no permission: no name server stands between it and
 * this machine. A name does: whoever owns one can let it point here, and then the browser takes their page for one of
 * this server (DNS rebinding).
 */
export class KnownNames {
  private readonly names = new Set<string>();
  private readonly places = new Set<string>();

  /** @param given `name` or `name:port`, as they stand in the address of a page; the port is that of a proxy before this server */
  constructor(given: readonly string[] = []) {
    for (const text of given) {
      const place = readPlace(text.trim());
      if (place === undefined) throw new Error(`"${text}" is not a host name, such as panel.example.com`);
      this.names.add(place.name);
      this.places.add(text.trim().toLowerCase());
    }
  }

  /** @returns whether a Host header may name this server */
  hasHost(host: string): boolean {
    const { name } = readPlace(host) ?? {};
    if (name === undefined) return false;
    return isIP(name) !== 0 || name === 'localhost' || name.endsWith('.localhost') || this.names.has(name);
  }

  /** @returns whether a page of this origin came from a proxy in front of this server, under a name it was given */
  hasOrigin(origin: string): boolean {
    return this.places.has(hostOfOrigin(origin) ?? '');
  }
}
