import { proxyVariables } from './proxy';

/**
 * The variables that a program needs whatever it does: where programs, home and temporary files are, language and time
 * zone, and how the network is reached. All others may be secrets, and stay here.
 */
const NEEDED = new Set([
  ...['PATH', 'HOME', 'USER', 'LOGNAME', 'SHELL', 'TERM', 'TMPDIR', 'TMP', 'TEMP', 'LANG', 'LANGUAGE', 'TZ'],
  ...['LD_LIBRARY_PATH', 'DYLD_LIBRARY_PATH', 'JAVA_HOME', 'MAVEN_OPTS', 'MAVEN_ARGS', 'NODE_OPTIONS'],
  ...['SSL_CERT_FILE', 'SSL_CERT_DIR', 'NODE_EXTRA_CA_CERTS', 'REQUESTS_CA_BUNDLE'],
  ...[
    'http_proxy',
    'https_proxy',
    'no_proxy',
    'all_proxy',
    'HTTP_PROXY',
    'HTTPS_PROXY',
    'NO_PROXY',
    'ALL_PROXY',
  ],
]);
const NEEDED_PREFIXES = ['LC_', 'XDG_', 'PIP_', 'npm_config_'];

/** @returns of an environment what any program needs, and none of what only this one was told */
export function neededOf(environment: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  const needed = Object.entries(environment).filter(
    ([name]) => NEEDED.has(name) || NEEDED_PREFIXES.some((prefix) => name.startsWith(prefix)),
  );
  return { ...Object.fromEntries(needed), ...proxyVariables(environment) };
}
