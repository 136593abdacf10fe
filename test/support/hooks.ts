// Before anything loads kafkajs: what is patched of it has to be there first.
import '../../nodes/kafka-cluster/patched-kafkajs';
import { stopServices } from './services';

// What programs print is looked for in English, whatever the language of the terminal.
process.env.LC_ALL = 'C.UTF-8';

/** Mocha's root hooks: the services that a test asked for are stopped after the last test. */
export const mochaHooks = {
  async afterAll(): Promise<void> {
    await stopServices();
  },
};
