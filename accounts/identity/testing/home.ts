import type { Database } from '#db/connect.ts';
import { notifyWith } from '../../notices/notice.ts';
import { secretHasher } from '../hasher.ts';
import { identityKeys } from '../keys.ts';
import type { IdentityDeps } from '../ports.ts';
import { answerQuestions, beginSignUp, giveContact, submitSignUp, type Holder } from '../register.ts';
import { verifyByCode } from '../verify.ts';
import { identityWords } from '../wording.ts';

export const SECRET = 'an identity secret of tests';
export const PASSWORD = 'Correct-Horse-7';
export const ANSWERS = [
  { question: 'first-street', answer: 'Calle Niño, 12' },
  { question: 'first-pet', answer: 'Rex' },
  { question: 'dish', answer: 'arroz con leche' },
] as const;
export const NAME = {
  ...{ firstName: 'Rosa', lastName: 'Álvarez', addressLine1: '12 Elm St', city: 'Fresno', region: 'CA' },
  ...{ postalCode: '93701', country: 'US' },
} as const;
export const PHONE = '+1 213 555 0142';
export const twice = (entered: string, again = entered) => ({ entered, again });

/** What it takes to guess is not looked at here. */
const QUICK = { memoryCost: 1024, timeCost: 2 };

/** A family that registers and signs in: a clock that is moved, and the mails that were written. */
export class Home {
  readonly db: Database;
  readonly keys = identityKeys(SECRET);
  at = new Date('2026-05-01T17:00:00Z');
  #deps: IdentityDeps | undefined;

  constructor(db: Database) {
    this.db = db;
  }

  async deps(): Promise<IdentityDeps> {
    const now = () => this.at;
    const answers = await secretHasher('pepper', 'answer', QUICK);
    this.#deps ??= {
      ...{ now, keys: this.keys, notify: notifyWith(identityWords, now), answers, passcodes: answers },
      passwords: await secretHasher('pepper', 'password', QUICK),
    };
    return this.#deps;
  }

  pass(ms: number): void {
    this.at = new Date(this.at.getTime() + ms);
  }

  async begin(email: string, over: Partial<Parameters<typeof beginSignUp>[2]> = {}): Promise<Holder> {
    const beginning = { email: twice(email), password: twice(PASSWORD), language: 'en' as const, ...over };
    const begun = await beginSignUp(this.db, await this.deps(), beginning);
    if (begun.kind !== 'begun') throw new Error(`The registration was not begun: ${JSON.stringify(begun)}`);
    return { id: begun.id, token: begun.token };
  }

  /** All three steps, and the mail is written. */
  async submitted(email: string): Promise<Holder> {
    const [deps, holder] = [await this.deps(), await this.begin(email)];
    const steps = [
      await answerQuestions(this.db, deps, holder, ANSWERS),
      await giveContact(this.db, deps, holder, { nameAndAddress: NAME, phone: PHONE }),
      await submitSignUp(this.db, deps, holder),
    ].map(({ kind }) => kind);
    if (steps.join() !== 'saved,saved,sent') throw new Error(`The steps were ${steps.join()}.`);
    return holder;
  }

  /** Returns the identity's id. */
  async registered(email: string): Promise<string> {
    const holder = await this.submitted(email);
    const verified = await verifyByCode(this.db, await this.deps(), holder, (await this.mailed(email)).code);
    if (verified.kind !== 'registered') throw new Error(`The address was not proven: ${verified.kind}`);
    return verified.identityId;
  }

  /** What was mailed to an address, the oldest first. */
  async mails(email: string) {
    const query = this.db.selectFrom('notice').select(['subject', 'body', 'proofId']).where('recipient', '=', email);
    return query.orderBy('id').execute();
  }

  subjects = async (email: string): Promise<(string | undefined)[]> =>
    (await this.mails(email)).map(({ subject }) => subject?.replace('Homeline: ', ''));

  /** What the latest mail with a proof shows. */
  async mailed(email: string) {
    const proofId = (await this.mails(email)).findLast((mail) => mail.proofId !== null)?.proofId;
    if (typeof proofId !== 'string') throw new Error(`No proof was mailed to ${email}.`);
    return this.keys.mailed(proofId);
  }
}

/** Six digits, but not these. */
export const otherThan = (code: string): string => String((Number(code) + 1) % 1_000_000).padStart(6, '0');
