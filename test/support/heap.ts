import { once } from 'node:events';

interface Answer {
  id: number;
  result?: { usedSize?: number };
  error?: { message: string };
}

/**
 * What is alive in another Node.js process, in bytes, after a full collection. What the system counts as its memory says
 * less: it moves by tens of megabytes with the moments at which V8 collects.
 * @param inspectorPort the process was started with `--inspect=127.0.0.1:<this>`
 */
export async function liveHeap(inspectorPort: number): Promise<number> {
  const [target] = (await (await fetch(`http://127.0.0.1:${inspectorPort}/json/list`)).json()) as [
    { webSocketDebuggerUrl: string },
  ];
  const socket = new WebSocket(target.webSocketDebuggerUrl);
  try {
    await once(socket, 'open');
    await call(socket, 1, 'HeapProfiler.collectGarbage');
    const { usedSize } = await call(socket, 2, 'Runtime.getHeapUsage');
    if (usedSize === undefined) throw new Error('the inspector gave no heap usage');
    return usedSize;
  } finally {
    socket.close();
  }
}

async function call(socket: WebSocket, id: number, method: string): Promise<NonNullable<Answer['result']>> {
  socket.send(JSON.stringify({ id, method }));
  for (;;) {
    const [event] = (await once(socket, 'message')) as [MessageEvent<string>];
    const answer = JSON.parse(event.data) as Answer;
    if (answer.id !== id) continue;
    if (answer.error) throw new Error(`${method}: ${answer.error.message}`);
    return answer.result ?? {};
  }
}
