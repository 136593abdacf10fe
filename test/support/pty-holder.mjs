// Holds a pseudo-terminal for pty.ts. A process of its own, so that killing it hangs the device up as unplugging does.
import { symlinkSync, rmSync } from 'node:fs';
import { spawn } from '@lydell/node-pty';

const [link] = process.argv.slice(2);
const terminal = spawn('/bin/sh', ['-c', 'stty raw -echo && tty && exec sleep 1000000'], { encoding: null });

let greeting = '';
const listening = terminal.onData((data) => {
  greeting += data;
  const device = /(\/dev\/\S+)\r?\n/.exec(greeting)?.[1];
  if (!device) return;
  listening.dispose();
  rmSync(link, { force: true });
  symlinkSync(device, link);
  process.send({ device });
  terminal.onData((received) => process.send({ received }));
});

process.on('message', ({ text }) => terminal.write(text));
process.on('disconnect', () => process.exit());
