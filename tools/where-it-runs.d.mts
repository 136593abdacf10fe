/**
 * @param platform of process.platform
 * @param version of the system's Node.js
 * @returns in a sentence why nothing can be run here, and what can be done instead; undefined where it can
 */
export function whyNotHere(platform: string, version: string): string | undefined;
