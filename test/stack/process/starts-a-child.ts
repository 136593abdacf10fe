import { ManagedProcess } from '../../../stack/process/managed-process';

/** Starts a child that would run for ever, prints its process id, and stays. */
const child = new ManagedProcess({
  name: 'the child',
  command: process.execPath,
  args: ['-e', `console.log('up'); setInterval(() => {}, 1000);`],
  ready: ({ lastLines }) => lastLines.includes('up'),
});
void child.start().then(() => console.log(child.pid));
