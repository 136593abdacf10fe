import type { Proxy } from '../process/proxy';

/** Of each scheme, where a proxy's address names none. */
const PORTS: Record<string, string> = { 'http:': '80', 'https:': '443' };

/**
 * Maven reads of a proxy in its settings alone, and nothing in the environment.
 * @returns a settings file that names a proxy for all addresses
 */
export function settingsFor({ url, except }: Proxy): string {
  const parts = {
    host: url.hostname.replace(/^\[|\]$/g, ''),
    port: url.port || (PORTS[url.protocol] ?? ''),
    username: decodeURIComponent(url.username),
    password: decodeURIComponent(url.password),
    nonProxyHosts: ['localhost', '127.*', ...except.flatMap(patternsOf)].join('|'),
  };
  const fields = Object.entries(parts)
    .filter(([, value]) => value !== '')
    .map(([name, value]) => `<${name}>${escaped(value)}</${name}>`)
    .join('');
  const proxies = ['http', 'https'].map(
    (protocol) =>
      `<proxy><id>${protocol}</id><active>true</active><protocol>${protocol}</protocol>${fields}</proxy>`,
  );
  return `<settings><proxies>${proxies.join('')}</proxies></settings>\n`;
}

/** Other programs take a name for all that is below it, too. */
function patternsOf(name: string): string[] {
  const bare = name.replace(/^\*?\./, '').replace(/:\d+$/, '');
  return bare === '*' ? ['*'] : [bare, `*.${bare}`];
}

function escaped(text: string): string {
  return text.replace(/[<>&]/g, (letter) => `&#${letter.charCodeAt(0)};`);
}
