import { X509Certificate } from 'node:crypto';
import { readFileSync, unwatchFile, watchFile } from 'node:fs';
import type { Server } from 'node:https';
import { createSecureContext } from 'node:tls';
import type { Config } from './config.ts';
import { WrongSetting } from './wrong-setting.ts';

/** Where a key and its certificate are, in PEM. */
export interface CertificateFiles {
  readonly keyFile: string;
  readonly certFile: string;
}

export interface Pair {
  readonly key: Buffer;
  /** And those between it and an authority. */
  readonly cert: Buffer;
}

interface Log {
  info(facts: object, message: string): void;
  error(facts: object, message: string): void;
}

/** How often it is looked whether a file has changed, in milliseconds. */
const LOOK_MS = 5_000;

/** Undefined: the API speaks HTTP. */
export const certificateFilesOf = ({
  API_TLS_KEY_FILE: keyFile,
  API_TLS_CERT_FILE: certFile,
}: Pick<Config, 'API_TLS_KEY_FILE' | 'API_TLS_CERT_FILE'>): CertificateFiles | undefined =>
  keyFile !== undefined && certFile !== undefined ? { keyFile, certFile } : undefined;

/** Throws {@link WrongSetting} where one cannot be read, is no PEM, or is not the other's; what is in the key is never told. */
export function readPair({ keyFile, certFile }: CertificateFiles): Pair {
  try {
    const pair = { key: readFileSync(keyFile), cert: readFileSync(certFile) };
    createSecureContext(pair);
    return pair;
  } catch (error) {
    const { message } = error as Error;
    throw new WrongSetting(
      `wrong setting: API_TLS_KEY_FILE and API_TLS_CERT_FILE are not a key and its certificate: ${message}`,
    );
  }
}

/**
 * Serves what is in the files from now on whenever they change: to new connections; those that there are go on. A pair that cannot be read, or does not
 * fit, as while one of two is written, is told, and the one before stays. Returns how to stop looking.
 */
export function keepFresh(
  server: Pick<Server, 'setSecureContext'>,
  files: CertificateFiles,
  { log, every = LOOK_MS }: { readonly log: Log; readonly every?: number },
): () => void {
  const { keyFile, certFile } = files;
  const readAgain = () => {
    try {
      const { key, cert } = readPair(files);
      server.setSecureContext({ key, cert, ...TLS });
      log.info({ certFile, validTo: new X509Certificate(cert).validTo }, 'the API serves another certificate');
    } catch (error) {
      const why = error instanceof Error ? error.message : String(error);
      log.error(
        { keyFile, certFile, why },
        'the certificate of the API was not changed: put a pair that fits in place',
      );
    }
  };
  const paths = [keyFile, certFile];
  for (const path of paths) watchFile(path, { interval: every, persistent: false }, readAgain);
  return () => paths.forEach((path) => unwatchFile(path, readAgain));
}

/** RFC 9325 §3.1.1: no TLS before 1.2. */
export const TLS = { minVersion: 'TLSv1.2' } as const;
