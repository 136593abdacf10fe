import path from 'node:path';
import type { NodeAPI } from 'node-red';

/** Where a dashboard loads the page's script from, below httpNodeRoot. */
export const PAGE_SCRIPT = '/serial-kafka-mongo/dashboard.js';

/** Serves the page's script. It belongs to no node, so once for the whole runtime is enough. */
export function servePage(app: NodeAPI['httpNode']): void {
  app.get(PAGE_SCRIPT, (_request, response, next) => {
    // Always asked for, seldom sent: a browser that has it learns by its ETag whether a newer version is installed.
    response.sendFile(
      path.join(__dirname, 'page.js'),
      { headers: { 'Cache-Control': 'no-cache' } },
      (error?: Error) => {
        if (error) next(error);
      },
    );
  });
}
