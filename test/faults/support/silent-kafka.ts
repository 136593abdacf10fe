import { freePort } from '../../../stack/process/ports';
import type { PipelineOptions } from './pipeline';
import { TcpProxy } from './proxy';

/**
 * A broker that the flows reach through a proxy, because it advertises the proxy's address to whoever comes that way.
 * The harness goes straight to it.
 * @returns the proxy, to be closed by the caller, and the options for the pipeline
 */
export async function kafkaBehindProxy(): Promise<{ proxy: TcpProxy; options: PipelineOptions }> {
  const port = await freePort();
  const behind = await freePort();
  const controller = await freePort();
  const proxy = await TcpProxy.listen({ host: '127.0.0.1', port: behind });
  const options: PipelineOptions = {
    kafka: {
      port,
      settings: {
        listeners: `PLAINTEXT://127.0.0.1:${port},PROXIED://127.0.0.1:${behind},CONTROLLER://127.0.0.1:${controller}`,
        'advertised.listeners': `PLAINTEXT://127.0.0.1:${port},PROXIED://127.0.0.1:${proxy.port}`,
        'listener.security.protocol.map': 'CONTROLLER:PLAINTEXT,PLAINTEXT:PLAINTEXT,PROXIED:PLAINTEXT',
        'inter.broker.listener.name': 'PLAINTEXT',
        'controller.quorum.voters': `1@127.0.0.1:${controller}`,
      },
    },
    addresses: { brokers: `127.0.0.1:${proxy.port}` },
  };
  return { proxy, options };
}
