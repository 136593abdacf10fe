/** A proxy that leads to the network. */
export interface Proxy {
  /** which variable names it */
  variable: string;
  url: URL;
  /** hosts that are reached without it, each by its name, or with all below it where a point stands before */
  except: string[];
}

/**
 * In this order: what is fetched has addresses of https. The last two are how npm tells the programs that it runs of a proxy
 * in its own configuration.
 */
const NAMES = [
  ...['HTTPS_PROXY', 'https_proxy', 'npm_config_https_proxy'],
  ...['HTTP_PROXY', 'http_proxy', 'ALL_PROXY', 'all_proxy', 'npm_config_proxy'],
];
const EXCEPTIONS = ['NO_PROXY', 'no_proxy', 'npm_config_noproxy'];

/** @returns the proxy that an environment names; undefined where it names none that is spoken to by HTTP */
export function proxyOf(environment: NodeJS.ProcessEnv): Proxy | undefined {
  for (const variable of NAMES) {
    const text = environment[variable]?.trim();
    if (!text) continue;
    const whole = text.includes('://') ? text : `http://${text}`;
    const url = URL.canParse(whole) ? new URL(whole) : undefined;
    if (url === undefined || !/^https?:$/.test(url.protocol) || url.hostname === '') continue;
    const except = EXCEPTIONS.map((name) => environment[name]).find((value) => value) ?? '';
    return { variable, url, except: except.split(/[\s,|]+/).filter(Boolean) };
  }
  return undefined;
}

/**
 * What programs other than npm have to be told where a person has set a proxy in npm's configuration alone.
 * @returns variables that pip reads; none where the environment names a proxy already
 */
export function proxyVariables(environment: NodeJS.ProcessEnv): Record<string, string> {
  const proxy = proxyOf(environment);
  if (!proxy?.variable.startsWith('npm_config_')) return {};
  return {
    HTTPS_PROXY: proxy.url.href,
    ...(proxy.except.length === 0 ? {} : { NO_PROXY: proxy.except.join(',') }),
  };
}
