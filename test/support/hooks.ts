import { stopServices } from './services';

/** Mocha's root hooks: the services that a test asked for are stopped after the last test. */
export const mochaHooks = {
  async afterAll(): Promise<void> {
    await stopServices();
  },
};
