import { UserError, type TextParams } from '../shared/user-error';
import { EXPECTED_VERSION, examination, folder, type Part } from './patched-kafkajs';

/** The kafkajs that was loaded is another than this package brings along, and readings could be lost with it. */
export class UnfitKafkaJsError extends UserError {
  constructor(params: TextParams) {
    super('kafka-cluster.errors.kafkajs-unfit', params);
  }
}

/** Parts without which there is no reading or no writing. */
const NEEDED: ReadonlySet<Part> = new Set<Part>(['record-decoding', 'record-encoding', 'own-requests']);

/**
 * @param loaded the kafkajs to judge: the one that was loaded
 * @returns what to tell about it, where it works but is not the one that this package was tested with
 * @throws UnfitKafkaJsError when a consumer could not tell with it what it has missed, or nothing could be written
 */
export function checkKafkaJs({ version, unfit } = examination): UserError | undefined {
  const params = { version, folder, expected: EXPECTED_VERSION, parts: unfit.join(', ') };
  if (unfit.some((part) => NEEDED.has(part))) throw new UnfitKafkaJsError(params);
  if (unfit.length > 0) return new UserError('kafka-cluster.errors.kafkajs-unpatched', params);
  return version === EXPECTED_VERSION
    ? undefined
    : new UserError('kafka-cluster.errors.kafkajs-version', params);
}
