import { until } from '../../support/until';
import { ask } from './foreign';

/** Parts packets of engine.io's polling from each other. */
const SEPARATOR = '\x1e';

/** An event as a dashboard sends it. */
export type Heard = [event: string, ...args: unknown[]];

/**
 * A page of a dashboard as far as its socket goes: socket.io's protocol, version 5, over engine.io's polling, version 4.
 * It sends whatever it is told to, also what no page sends.
 */
export class DashboardSocket {
  readonly heard: Heard[] = [];
  private closed = false;
  /** whether the server has said whether it lets this one in, which may take it the time of a password */
  private isDecided = false;

  private constructor(
    private readonly session: string,
    private readonly headers: Record<string, string>,
  ) {}

  /** @param place of the dashboard below the server: '' or '/dashboard' */
  static async open(
    url: string,
    place: string,
    headers: Record<string, string> = {},
  ): Promise<DashboardSocket> {
    const engine = `${url}${place}/socket.io/?EIO=4&transport=polling`;
    const { body } = await ask(engine, { headers });
    const { sid } = JSON.parse(body.slice(1)) as { sid: string };
    const socket = new DashboardSocket(`${engine}&sid=${sid}`, headers);
    await socket.post('40');
    void socket.listen();
    await until('the server to let a socket in, or not', () => socket.isDecided);
    return socket;
  }

  send(...packet: unknown[]): Promise<void> {
    return this.sendRaw(JSON.stringify(packet));
  }

  /** @param packet JSON, however wrong */
  sendRaw(packet: string): Promise<void> {
    return this.post(`42${packet}`);
  }

  async close(): Promise<void> {
    this.closed = true;
    await this.post('41').catch(() => undefined);
  }

  private async post(body: string): Promise<void> {
    await ask(this.session, {
      method: 'POST',
      headers: { ...this.headers, 'content-type': 'text/plain' },
      body,
    });
  }

  private async listen(): Promise<void> {
    while (!this.closed) {
      const told = await ask(this.session, { headers: this.headers }).catch(() => undefined);
      if (told?.status !== 200) return;
      for (const packet of told.body.split(SEPARATOR)) {
        if (/^4[04]/.test(packet)) this.isDecided = true;
        if (packet === '2') await this.post('3').catch(() => undefined);
        else if (packet.startsWith('42')) this.heard.push(JSON.parse(packet.slice(2)) as Heard);
        else if (packet === '1' || packet.startsWith('41')) return;
      }
    }
  }
}
