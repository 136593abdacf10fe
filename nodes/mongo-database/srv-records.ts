import { getServers, promises as dns } from 'node:dns';

/** The host of a `mongodb+srv://` URI, under which its DNS records stand. */
export interface SrvName {
  host: string;
  /** `mongodb`, unless the URI has a `srvServiceName` */
  service: string;
}

/** A question that nobody answers is asked again after 1 and 3 seconds, and given up after 5. */
const RESOLVER = { timeout: 1_000, tries: 3 };
const LIMIT_MS = 5_000;

/** Node's codes for an answer that says there is no such record. */
const NO_RECORD = new Set(['ENOTFOUND', 'ENODATA']);

/**
 * Asks for the records that the driver will ask for when it connects. Where no DNS server answers, the driver asks for
 * three quarters of a minute and can't be told to stop; a Node-RED that closes would have to wait for it.
 * @param signal ends the asking at once
 * @throws Node's error of a DNS question, with `code` and `syscall`: no SRV record, or no answer within 5 s
 */
export async function askForSrvRecords({ host, service }: SrvName, signal: AbortSignal): Promise<void> {
  const resolver = new dns.Resolver(RESOLVER);
  // Else it would ask those of the system, also where this process has been told to ask others.
  resolver.setServers(getServers());
  const cancel = (): void => resolver.cancel();
  const timer = setTimeout(cancel, LIMIT_MS);
  signal.addEventListener('abort', cancel);
  try {
    signal.throwIfAborted();
    await Promise.all([
      resolver.resolveSrv(`_${service}._tcp.${host}`),
      // Options of the connection; there need not be any.
      resolver.resolveTxt(host).catch((error: NodeJS.ErrnoException) => {
        if (!NO_RECORD.has(error.code ?? '')) throw error;
      }),
    ]);
  } finally {
    clearTimeout(timer);
    signal.removeEventListener('abort', cancel);
    // Where one has failed, the other may still be asked.
    cancel();
  }
}

/** The question that failed, where an error is that of a DNS question. */
export function srvProblem({
  code = '',
  syscall,
}: NodeJS.ErrnoException): 'srv-not-found' | 'dns-server' | undefined {
  if (syscall !== 'querySrv' && syscall !== 'queryTxt') return undefined;
  return NO_RECORD.has(code) ? 'srv-not-found' : 'dns-server';
}
