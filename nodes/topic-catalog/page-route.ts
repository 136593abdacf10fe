import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { promisify } from 'node:util';
import { gzip } from 'node:zlib';
import type { NodeAPI } from 'node-red';
import { PAGE_SCRIPT } from '../shared/page-script';

/**
 * Serves the page's script. It belongs to no node, so once for the whole runtime is enough. Packed it is a third as large,
 * which a phone far from its mast waits for; it is packed once, when it is first asked for.
 */
export function servePage(app: NodeAPI['httpNode']): void {
  let packed: Promise<Buffer> | undefined;
  app.get(PAGE_SCRIPT, (request, response, next) => {
    // Always asked for, seldom sent: a browser that has it learns by its ETag whether a newer version is installed.
    response.set({ 'Cache-Control': 'no-cache', Vary: 'Accept-Encoding' });
    if (!request.acceptsEncodings('gzip')) {
      response.sendFile(path.join(__dirname, 'page.js'), (error?: Error) => {
        if (error) next(error);
      });
      return;
    }
    packed ??= pack();
    packed.then(
      (script) => response.set('Content-Encoding', 'gzip').type('text/javascript').send(script),
      (error: unknown) => {
        packed = undefined;
        next(error);
      },
    );
  });
}

async function pack(): Promise<Buffer> {
  return promisify(gzip)(await readFile(path.join(__dirname, 'page.js')));
}
