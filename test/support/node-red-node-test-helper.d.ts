/** The part of node-red-node-test-helper that our tests use; the package brings no types. */
declare module 'node-red-node-test-helper' {
  import type { Node, NodeAPI } from 'node-red';

  type RegisterNodes = (RED: NodeAPI) => void;

  interface Response {
    status: number;
    body: unknown;
    text: string;
  }

  /** A request of supertest's: awaited, it gives the response, or fails when an expectation was not met. */
  interface Request extends PromiseLike<Response> {
    expect(status: number): this;
    set(header: string, value: string): this;
    send(body: unknown): this;
  }

  const helper: {
    startServer(done: () => void): void;
    stopServer(done: () => void): void;
    load(nodes: RegisterNodes | RegisterNodes[], flow: object[], credentials?: object): Promise<void>;
    unload(): Promise<void>;
    setFlows(flow: object[], type?: 'full' | 'flows' | 'nodes'): Promise<void>;
    getNode(id: string): Node & { close(removed?: boolean): Promise<void> };
    request(): { get(path: string): Request; post(path: string): Request };
    settings(settings: object): object;
    /** What was logged: each call has one entry. */
    log(): { args: [entry: object][] };
  };
  export = helper;
}
