import type { EventEmitter } from 'node:events';
import { createRequire } from 'node:module';
import { MongoNetworkError } from 'mongodb';

/** The part of the driver's connection that is used here; no public interface has it. */
interface Connection extends EventEmitter {
  error: Error | null;
  writeCommand: (...args: unknown[]) => Promise<void>;
}

/**
 * Where the connection is lost in the moment in which a command is written, the driver (7.9) waits for its socket to drain,
 * which a closed one never does: the command ends neither well nor ill. From this call on it fails as any other whose
 * connection is lost. To be taken away once the driver does so by itself: the test beside it then passes without.
 * @returns whether the driver has the part that this changes
 */
export function failWritesOfLostConnections(): boolean {
  const prototype = connectionPrototype();
  if (typeof prototype?.writeCommand !== 'function') return false;
  const write = prototype.writeCommand;
  prototype.writeCommand = async function (this: Connection, ...args) {
    let onClose = (): void => undefined;
    const lost = new Promise<never>((_, reject) => {
      onClose = () => reject(this.error ?? new MongoNetworkError('the connection was lost'));
      this.once('close', onClose);
    });
    try {
      await Promise.race([write.apply(this, args), lost]);
    } finally {
      this.off('close', onClose);
    }
  };
  return true;
}

function connectionPrototype(): Partial<Connection> | undefined {
  try {
    const load = createRequire(__filename);
    const driver = load('mongodb/lib/cmap/connection') as { Connection?: { prototype?: Connection } };
    return driver.Connection?.prototype;
  } catch {
    // Another layout of a later driver: there is nothing to change.
    return undefined;
  }
}
