import { fork } from 'node:child_process';
import { once } from 'node:events';
import { rmSync } from 'node:fs';
import path from 'node:path';

/** A serial device for tests: what is written to it arrives at whoever has opened `link`. */
export interface TestDevice {
  /** the symbolic link to open */
  readonly link: string;
  /** the device behind the link, /dev/pts/N */
  readonly device: string;
  /** the process that has the other end: killing it hangs the line up */
  readonly holderPid: number;
  write(text: string | Buffer): void;
  /** what was written to the device by whoever has opened it */
  received(): string;
  /** Takes the device away as a pulled plug does: the line hangs up and the link is gone. */
  unplug(): Promise<void>;
}

/**
 * Makes a pseudo-terminal in a process of its own and a symbolic link to it.
 * @param link where the link is to stand; one that is there is replaced
 */
export async function plugIn(link: string): Promise<TestDevice> {
  const holder = fork(path.join(__dirname, 'pty-holder.mjs'), [link], {
    execArgv: [],
    serialization: 'advanced',
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
  });
  const gone = once(holder, 'exit');
  let received = '';
  holder.on('message', (message: { received?: Uint8Array }) => {
    if (message.received) received += Buffer.from(message.received).toString();
  });
  const ready = once(holder, 'message').then(([message]) => message as { device: string });
  const first = await Promise.race([ready, gone.then(() => undefined)]);
  if (!first) throw new Error('the process that holds the pseudo-terminal ended before it was ready');
  return {
    link,
    device: first.device,
    holderPid: holder.pid!,
    write: (text) => holder.send({ text }),
    received: () => received,
    unplug: async () => {
      rmSync(link, { force: true });
      holder.kill('SIGKILL');
      await gone;
    },
  };
}
