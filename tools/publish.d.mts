export interface PublishState {
  changes: string;
  tagsHere: readonly string[];
  manifest: {
    version: string;
    repository?: unknown;
    bugs?: unknown;
    author?: unknown;
    contributors?: unknown;
  };
}

export declare function reasonsAgainst(state: PublishState): string[];
