import { UserError, type TextParams } from '../shared/user-error';

/**
 * What went wrong with the registry:
 * - away: it does not answer, or not as a registry; it may at another time
 * - not-admitted: it does not let this user in, until somebody changes that
 * - unknown: it has no such schema, subject or version
 * - unusable: it has a schema that can't be used here
 * - refused: it does not take a schema
 */
export type RegistryFault = 'away' | 'not-admitted' | 'unknown' | 'unusable' | 'refused';

/** What this folder's promises reject with. */
export class RegistryError extends UserError {
  /** how long the registry wants to be left alone, in milliseconds */
  readonly quietMs: number;
  /** the server has no such path: it is no registry, or one that takes no such question */
  readonly isPathUnknown: boolean;

  /** @param text the end of its catalog key, where that says more than the fault */
  constructor(
    readonly fault: RegistryFault,
    params: TextParams,
    options?: { cause?: unknown; text?: string; quietMs?: number; isPathUnknown?: boolean },
  ) {
    super(`schema-registry.errors.${options?.text ?? fault}`, params, options);
    this.quietMs = options?.quietMs ?? 0;
    this.isPathUnknown = options?.isPathUnknown ?? false;
  }

  /** Whether another attempt may have another end. */
  get passes(): boolean {
    return this.fault === 'away' || this.fault === 'not-admitted';
  }
}
