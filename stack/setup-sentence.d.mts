/**
 * @param text what the file system, npm, pip or Maven said when something could not be fetched into a folder
 * @param env where the proxy is named
 * @returns one sentence that names the place or the variable and says what to do; undefined where the reason is not known
 */
export function setupSentence(text: string, folder: string, env: NodeJS.ProcessEnv): string | undefined;
