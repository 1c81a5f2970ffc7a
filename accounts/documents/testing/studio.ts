import type { Database } from '#db/connect.ts';
import type { DocumentSide } from '#db/documents.ts';
import { Home } from '../../identity/testing/home.ts';
import { notifyWith } from '../../notices/notice.ts';
import { CONSENT } from '../consent.ts';
import { giveConsent } from '../consent-given.ts';
import { documentKeys } from '../keys.ts';
import type { DocumentDeps, ReviewPolicy } from '../ports.ts';
import { sendPicture } from '../send-picture.ts';
import { sides, submitDocuments } from '../submit.ts';
import { documentWords } from '../wording.ts';
import { MemoryStore } from './memory-store.ts';

let people = 0;
export const KEY = 'a secret of pictures of tests';

/** People who send pictures, as far as everything but decoding goes: a picture here is any text. */
export class Studio {
  readonly home: Home;
  readonly store = new MemoryStore();

  constructor(db: Database) {
    this.home = new Home(db);
  }

  deps(review: ReviewPolicy = 'manual', over: Partial<DocumentDeps> = {}): DocumentDeps {
    const now = () => this.home.at;
    return {
      ...{ now, keys: documentKeys([KEY]), store: this.store, review, notify: notifyWith(documentWords, now) },
      darkroom: { remake: async (jpeg) => ({ kind: 'remade', jpeg, width: 800, height: 600 }) },
      ...over,
    };
  }

  /** Somebody who is registered; returns the identity's id. */
  async somebody(): Promise<{ identityId: string; email: string }> {
    const email = `elena${++people}@example.com`;
    return { identityId: await this.home.registered(email), email };
  }

  /** The same, who agreed that pictures are kept. */
  async agreed() {
    const person = await this.somebody();
    const agreed = { identityId: person.identityId, version: CONSENT.version, language: 'en' } as const;
    await giveConsent(this.home.db, this.deps(), agreed);
    return person;
  }

  send(identityId: string, side: DocumentSide, text: string = side, deps = this.deps()) {
    return sendPicture(this.home.db, deps, { identityId, side, bytes: Buffer.from(text), type: 'image/jpeg' });
  }

  /** The same, whose pictures wait for a decision. */
  async submitted() {
    const person = await this.agreed();
    for (const side of sides) await this.send(person.identityId, side);
    await submitDocuments(this.home.db, this.deps(), person.identityId);
    return person;
  }
}
