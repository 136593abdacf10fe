import { spawnSync } from 'node:child_process';
import { avrTools, FIRMWARE } from './avr/avr';

/** Runs the firmware's Makefile with the compiler and the Arduino core it is to be built with, fetched where missing. */
async function main(args: string[]): Promise<number> {
  const tools = await avrTools(console.log);
  if ('missing' in tools) {
    console.error(`the firmware can't be built here: ${tools.missing}`);
    return 1;
  }
  return (
    spawnSync(tools.make, ['-C', FIRMWARE, ...tools.settings, ...args], { stdio: 'inherit' }).status ?? 1
  );
}

void main(process.argv.slice(2)).then((code) => process.exit(code));
