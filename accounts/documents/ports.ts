import type { Notify } from '../notices/notice.ts';
import type { Darkroom } from './darkroom.ts';
import type { DocumentKeys } from './keys.ts';
import type { DocumentNews } from './news.ts';

/** Where encrypted pictures are kept. */
export interface DocumentStore {
  /** Where something of this name lies, or would. */
  placeOf(name: string): { readonly storage: 'folder' | 's3'; readonly location: string };
  /** Puts it there whole, or not at all. Throws DocumentsAway. */
  put(name: string, encrypted: Buffer): Promise<void>;
  /** Throws DocumentsAway, also when something else lies there. */
  get(name: string, kept: { readonly bytes: number; readonly sha256: string }): Promise<Buffer>;
  /** Nothing of this name lies there any more. Throws DocumentsAway. */
  remove(name: string): Promise<void>;
}

/** Storage cannot be reached now, or has something else there. */
export class DocumentsAway extends Error {
  override readonly name = 'DocumentsAway';
}

/** Who decides: somebody of the staff, or the checks of the pictures alone (guide row 61: at the agency's discretion). */
export type ReviewPolicy = 'manual' | 'automatic';

export interface DocumentDeps {
  readonly now: () => Date;
  readonly keys: DocumentKeys;
  readonly store: DocumentStore;
  readonly darkroom: Pick<Darkroom, 'remake'>;
  readonly review: ReviewPolicy;
  readonly notify: Notify<DocumentNews>;
}
