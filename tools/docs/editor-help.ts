import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { editorHelp, LANGUAGES, ROOT } from './troubleshooting';

// What Node-RED serves to its editor, for the links in the nodes' help.
for (const language of LANGUAGES) {
  const name = language === 'es' ? 'troubleshooting.es.html' : 'troubleshooting.html';
  writeFileSync(path.join(ROOT, 'resources', name), editorHelp(language));
}
