import type { PasscodeHasher } from '../passcode/hasher.ts';
import type { Language } from '#db/people.ts';
import type { Notify } from '../notices/notice.ts';
import type { SecretHasher } from './hasher.ts';
import type { IdentityKeys } from './keys.ts';
import type { IdentityNews } from './news.ts';

export interface IdentityDeps {
  readonly now: () => Date;
  readonly keys: IdentityKeys;
  readonly passwords: SecretHasher;
  readonly answers: SecretHasher;
  /** Of the passcode that the first enrolment will take. */
  readonly passcodes: Pick<PasscodeHasher, 'hash'>;
  /** Writes an e-mail down to be sent, in the transaction of its cause. */
  readonly notify: Notify<IdentityNews>;
  /** Present: whoever registers reads digits in a picture, or hears them (guide row 58). WAV. */
  readonly images?: { say(digits: string, language: Language): Promise<Buffer> };
}
