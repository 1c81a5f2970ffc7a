import type { S3Options } from './s3-storage.ts';

/** A file to be kept, closed and hashed. */
export interface Kept {
  readonly path: string;
  /** Its name in storage: segments of letters, digits, '-', '_' and '.', separated by '/'. */
  readonly key: string;
  /** Lower-case hex. */
  readonly sha256: string;
  readonly bytes: number;
  /** Media type, where the store keeps one; sound unless told. */
  readonly type?: string;
}

/** Of a file, bytes from its beginning: at least one. */
export interface Part {
  readonly from: number;
  readonly until: number;
}

/** What lies in storage under a name, compared with what should. */
export type Comparison = 'same' | 'absent' | 'different';

/** Where recordings are kept. Every verb may be tried again at any time, from any process; all throw StorageError alone. */
export interface Storage {
  readonly kind: 'folder' | 's3';
  /** Puts the file there whole, or not at all, and tells where. What lay there under this key is replaced. */
  put(file: Kept, signal?: AbortSignal): Promise<string>;
  /** Compares length and SHA-256 with what is really there. */
  verify(file: Omit<Kept, 'path'>, signal?: AbortSignal): Promise<Comparison>;
  /** Brings what lies there to `path`, which is whole and what the hash says, or not there: then `corrupt`, or `missing`. */
  get(file: Kept, signal?: AbortSignal): Promise<void>;
  /**
   * A part of what lies there, from byte `from` on, before `until`, as it comes; it is not compared with any hash. `missing`: nothing lies there,
   * or it ends before. Who does not read to the end breaks off the iteration.
   */
  read(key: string, part: Part, signal?: AbortSignal): AsyncIterable<Uint8Array>;
  /** Nothing lies under this key any more; where nothing did, that is so already. */
  remove(key: string, signal?: AbortSignal): Promise<void>;
  /** What put() tells for this key. */
  locationOf(key: string): string;
}

/**
 * unavailable: not now (network, timeout, 5xx, throttled); full: no room; refused: the store does not let us (credentials, bucket);
 * corrupt: what arrived is not what the hash says; missing: the file to be kept, or brought, is not there.
 */
export type StorageTrouble = 'unavailable' | 'full' | 'refused' | 'corrupt' | 'missing';

export class StorageError extends Error {
  override readonly name = 'StorageError';
  readonly trouble: StorageTrouble;

  constructor(trouble: StorageTrouble, message: string, options?: ErrorOptions) {
    super(message, options);
    this.trouble = trouble;
  }
}

const SAFE_KEY = /^(?!.*(?:^|\/)\.{1,2}(?:\/|$))[\w.-]+(?:\/[\w.-]+)*$/;

/** Throws for a key that could leave its folder. */
export function checkKey(key: string): string {
  if (!SAFE_KEY.test(key)) throw new StorageError('refused', `No name for storage: ${JSON.stringify(key)}`);
  return key;
}

/** Where to keep recordings: a folder, or a bucket (the S3 client is loaded only then). */
export type StorageChoice =
  { readonly kind: 'folder'; readonly folder: string } | ({ readonly kind: 's3' } & S3Options);

export async function openStorage(choice: StorageChoice): Promise<Storage> {
  if (choice.kind === 'folder') return (await import('./folder-storage.ts')).folderStorage(choice.folder);
  return (await import('./s3-storage.ts')).s3Storage(choice);
}
