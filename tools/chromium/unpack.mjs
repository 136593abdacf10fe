// Unpacks what the npm package carries, compressed with Brotli, into the folder that TMPDIR names: the browser, a font, and
// libraries that a small system does not have.
import { createRequire } from 'node:module';
import path from 'node:path';
import { inflate } from '@sparticuz/chromium';

const entry = createRequire(import.meta.url).resolve('@sparticuz/chromium');
const archives = path.join(path.dirname(entry), '..', 'bin');
const files = ['chromium.br', 'fonts.tar.br', 'al2023.tar.br', 'swiftshader.tar.br'];
await Promise.all(files.map((file) => inflate(path.join(archives, file))));
