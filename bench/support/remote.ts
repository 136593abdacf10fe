import type { Meter, Usage } from './usage';

/** A contender's process, to be told what to do; see contenders/commands.ts. */
export class Remote implements Meter {
  constructor(readonly port: number) {}

  async call<T>(command: string, argument: unknown = null): Promise<T> {
    const response = await fetch(`http://127.0.0.1:${this.port}/${command}`, {
      method: 'POST',
      body: JSON.stringify(argument),
    });
    const text = await response.text();
    if (!response.ok) throw new Error(`${command}: ${text}`);
    return JSON.parse(text) as T;
  }

  async usage(): Promise<Usage> {
    return this.call<Usage>('usage');
  }

  /** @returns whether it takes commands yet */
  async answers(): Promise<boolean> {
    const response = await fetch(`http://127.0.0.1:${this.port}/`, { method: 'POST' });
    await response.text();
    return true;
  }
}
