/** @returns the name of the user who runs this process, or its number where the system has no name for it */
export function userName(): string;
