export interface CheckoutState {
  branch: string;
  changes: string;
  tags: readonly string[];
  version: string;
  changelog: string;
}

export declare function reasonsAgainst(state: CheckoutState): string[];
