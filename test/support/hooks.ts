// Before anything loads kafkajs: what is patched of it has to be there first.
import '../../nodes/kafka-cluster/patched-kafkajs';
import { putClockBack } from './clock/earlier-while-loading';
import { stopServices } from './services';

// What programs print is looked for in English, whatever the language of the terminal.
process.env.LC_ALL = 'C.UTF-8';

/** Mocha calls it once all test files are loaded. */
export const mochaGlobalSetup = putClockBack();

/** Mocha's root hooks: the services that a test asked for are stopped after the last test. */
export const mochaHooks = {
  async afterAll(): Promise<void> {
    await stopServices();
  },
};
