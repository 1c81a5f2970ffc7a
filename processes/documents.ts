import type { Darkroom } from '#accounts/documents/darkroom.ts';
import { documentKeys, type DocumentKeys } from '#accounts/documents/keys.ts';
import type { DocumentDeps } from '#accounts/documents/ports.ts';
import { documentWords } from '#accounts/documents/wording.ts';
import { notifyWith } from '#accounts/notices/notice.ts';
import type { Storage } from '#media/recordings/storage.ts';
import type { Config } from './config.ts';
import { documentStore } from './document-store.ts';

export const documentKeysOf = ({ DOCUMENT_KEYS }: Pick<Config, 'DOCUMENT_KEYS'>): DocumentKeys =>
  documentKeys(DOCUMENT_KEYS.split(','));

/** What it takes to know who somebody is by pictures of their identity document. */
export function documentsOf(
  config: Pick<Config, 'DOCUMENT_KEYS' | 'ID_REVIEW'>,
  storage: Storage,
  darkroom: Pick<Darkroom, 'remake'>,
): DocumentDeps {
  const now = () => new Date();
  const notify = notifyWith(documentWords, now);
  const store = documentStore(storage);
  return { now, keys: documentKeysOf(config), store, darkroom, review: config.ID_REVIEW, notify };
}
