import type { BuildOptions } from 'esbuild';

export declare const DIALOGS: readonly string[];
export declare function dialogBundle(type: string): BuildOptions;
