import type { Line } from '../line.ts';
import type { Answered } from '../menu/ask-again.ts';
import type { SecretEntry } from '../menu/entry.ts';
import { enter, enterSecret, enterSecretOr } from '../menu/entry.ts';
import { SecretDigits } from '../menu/secret-digits.ts';
import type { PromptKey } from '../prompt.ts';
import { prompt } from '../prompt.ts';
import { accountEntry } from './account-entry.ts';
import type { Account, Ports } from './ports.ts';

/** Digits of a passcode: guide row 28. */
export const passcodeLength = 4;
/** Wrong passcodes in one call, whatever the account itself still allows. */
const passcodeTries = 3;

/** One call to the line: who it turned out to be, and whether they have proved it. */
export class Visit {
  readonly line: Line;
  readonly ports: Ports;
  #account: Account | undefined;
  #proven = false;
  /** They have left a voice message: there is one in a call. */
  hasLeftMessage = false;

  constructor(line: Line, ports: Ports, account: Account | undefined) {
    this.line = line;
    this.ports = ports;
    this.#account = account;
  }

  get isKnown(): boolean {
    return this.#account !== undefined;
  }

  /** The call is about this account; 'proven': its passcode was chosen in this call. */
  found(account: Account, how?: 'proven'): Answered<Account> {
    this.#account = account;
    this.#proven = how === 'proven';
    return { kind: 'answer', value: account };
  }

  /** The account that this call is about: that of the calling number, else the one whose number is typed. */
  async account(): Promise<Answered<Account>> {
    if (this.#account) return { kind: 'answer', value: this.#account };
    const found = await enter(this.line, accountEntry(this.ports.accounts));
    if (found.kind === 'answer') this.#account = found.value;
    return found;
  }

  get isProven(): boolean {
    return this.#proven;
  }

  /** The account, once the caller has said its passcode: a calling number alone can be forged. Asked once in a call. */
  async proven(): Promise<Answered<Account>> {
    const account = await this.account();
    if (account.kind !== 'answer' || this.#proven) return account;
    const said = await this.#prove(account.value, 'passcode.ask', enterSecret);
    return said.kind === 'answer' ? account : said;
  }

  /** The same, by a question that offers something else on the `#`: undefined, when that was chosen. */
  async provenOr(ask: PromptKey): Promise<Answered<Account | undefined>> {
    const account = await this.account();
    if (account.kind !== 'answer' || this.#proven) return account;
    const said = await this.#prove(account.value, ask, enterSecretOr);
    if (said.kind !== 'answer') return said;
    return { kind: 'answer', value: said.value === 'pound' ? undefined : account.value };
  }

  async #prove<T>(
    account: Account,
    question: PromptKey,
    type: (line: Line, entry: SecretEntry) => Promise<Answered<T>>,
  ): Promise<Answered<T>> {
    const passcode = new SecretDigits();
    try {
      let ask = [prompt(question)];
      for (let attempt = 0; attempt < passcodeTries; attempt++) {
        const typed = await type(this.line, {
          ask,
          into: passcode,
          complete: ({ length }) => length === passcodeLength,
          wrong: ({ length }) => (length === passcodeLength ? undefined : prompt('passcode.four-digits')),
        });
        // Nothing was typed where the `#` means something else.
        if (typed.kind !== 'answer' || passcode.length === 0) return typed;
        const checked = await this.ports.accounts.checkPasscode(account, passcode);
        if (checked === 'right') {
          this.#proven = true;
          return typed;
        }
        if (checked === 'locked') break;
        ask = [prompt('passcode.wrong'), prompt(question)];
      }
    } finally {
      passcode.wipe();
    }
    await this.line.say(prompt('passcode.agent'));
    return { kind: 'agent' };
  }
}

/** Where a part of the flow leaves the caller. */
export type Next = 'menu' | 'agent' | 'goodbye';

/** Back is the main menu; who gave up gets an agent, unless perhaps nobody is there. */
export function leaving(way: Exclude<Answered<never>, { kind: 'answer' }>): Next {
  if (way.kind === 'back') return 'menu';
  return way.kind === 'gave-up' && way.silent ? 'goodbye' : 'agent';
}
