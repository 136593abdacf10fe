import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { createSecureContext, type SecureContextOptions } from 'node:tls';
import { SettingError } from './setting-error';
import { t } from './texts/texts.mjs';

/** Files in PEM with the certificate and the key of a server. */
export interface TlsFiles {
  cert: string;
  key: string;
}

/**
 * Reads the names of both files, and looks whether a server can use them: what is wrong with them is told before anything
 * has started.
 * @returns undefined where none is named
 * @throws SettingError that names the variable, and nothing of what is in the file
 */
export function readTlsFiles(cert: string | undefined, key: string | undefined): TlsFiles | undefined {
  if (cert === undefined && key === undefined) return undefined;
  const files = { cert: place('TLS_CERT', cert), key: place('TLS_KEY', key) };
  const contents = { cert: read('TLS_CERT', files.cert), key: read('TLS_KEY', files.key) };
  requireUsable('TLS_CERT', files.cert, { cert: contents.cert });
  requireUsable('TLS_KEY', files.key, { key: contents.key });
  requireUsable('TLS_KEY', files.key, contents);
  return files;
}

function place(name: string, file: string | undefined): string {
  // One without the other is of no use.
  if (file === undefined) throw new SettingError(name, t('setting.tls-pair'));
  if (!existsSync(file)) throw new SettingError(name, t('setting.no-file', { file }));
  return path.resolve(file);
}

function read(name: string, file: string): Buffer {
  try {
    return readFileSync(file);
  } catch (error) {
    throw unusable(name, file, error as Error);
  }
}

function requireUsable(name: string, file: string, contents: SecureContextOptions): void {
  try {
    createSecureContext(contents);
  } catch (error) {
    throw unusable(name, file, error as Error);
  }
}

function unusable(name: string, file: string, { message: reason }: Error): SettingError {
  return new SettingError(name, t('setting.tls-unusable', { file, reason }));
}
