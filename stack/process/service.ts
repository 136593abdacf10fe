/** Something that can be started and stopped: a process, or several as one. */
export interface Service {
  /** What people call it: used in messages and errors. */
  readonly name: string;
  /** Resolves when it is ready for work. */
  start(): Promise<void>;
  /** Resolves when nothing of it runs any more. */
  stop(): Promise<void>;
}
