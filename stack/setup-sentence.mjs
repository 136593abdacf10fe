// Why something could not be fetched, in a sentence. The first npm of a bare checkout needs it too, so it uses nothing that is
// not built into the system's own Node.js.
import { userName } from './user-name.mjs';
import { t } from './texts/texts.mjs';

const NO_ROOM = /ENOSPC|EDQUOT|No space left on device|Disk quota exceeded/;
/** The first of them is what Node.js says of a read-only disk where folders are made with all above them. */
const NOT_OURS =
  /ENOENT: [^\n]*, mkdir|EACCES|EPERM|EROFS|Permission denied|Read-only file system|Could not create local repository/i;
/** A folder of npm's, pip's or Maven's own, as each of them tells it. */
const OTHER_PLACE =
  /(?:error path |EACCES: [^'\n]*'|Permission denied: '|Could not create local repository at )(\/[^'\n]*?)(?: -> |['\n]|$)/;
const NO_NETWORK =
  /ENOTFOUND|EAI_AGAIN|ENETUNREACH|EHOSTUNREACH|ECONNREFUSED|ECONNRESET|ETIMEDOUT|ERR_SOCKET_TIMEOUT|name resolution|Name or service not known|Unknown ?[Hh]ost|Network is unreachable|Connection refused|ProxyError|proxy connection|timed out|Max retries|407 Proxy/;
/** A proxy or a firewall that opens what is encrypted shows a certificate of its own. */
const FOREIGN_CERTIFICATE =
  /SELF_SIGNED_CERT|UNABLE_TO_(?:GET|VERIFY)|CERTIFICATE_VERIFY_FAILED|unable to find valid certification path|PKIX path/;

const PROXIES = [
  ...[
    'HTTPS_PROXY',
    'https_proxy',
    'npm_config_https_proxy',
    'HTTP_PROXY',
    'http_proxy',
    'ALL_PROXY',
    'all_proxy',
  ],
  'npm_config_proxy',
];

export function setupSentence(text, folder, env) {
  if (NO_ROOM.test(text)) return t('fetch.full', { folder });
  const user = userName();
  if (NOT_OURS.test(text)) {
    if (text.includes(folder)) return t('fetch.not-ours', { folder, user });
    const [, place] = OTHER_PLACE.exec(text) ?? [];
    if (place !== undefined) return t('fetch.place-not-ours', { place, user });
  }
  if (FOREIGN_CERTIFICATE.test(text)) return t('fetch.certificate', { folder });
  if (!NO_NETWORK.test(text)) return undefined;
  const variable = PROXIES.find((name) => env[name]);
  return variable === undefined
    ? t('fetch.no-network', { folder })
    : t('fetch.proxy', { folder, variable, proxy: withoutPassword(env[variable]) });
}

function withoutPassword(proxy) {
  return proxy.replace(/\/\/[^/@]*@/, '//');
}
