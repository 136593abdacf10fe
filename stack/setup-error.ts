import { setupSentence } from './setup-sentence.mjs';

/**
 * @param error why something could not be fetched into a folder: of the file system, or of npm, pip or Maven with what they
 * printed last
 * @returns one sentence that names the place or the variable and says what to do, or the error itself where that is not
 * known; the whole of what was printed stays as its cause
 */
export function setupError(error: unknown, folder: string, env: NodeJS.ProcessEnv = process.env): unknown {
  const text = error instanceof Error ? error.message : String(error);
  const sentence = setupSentence(text, folder, env);
  return sentence === undefined ? error : new Error(sentence, { cause: error });
}
