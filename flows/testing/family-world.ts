import type {
  Account,
  CallBackNumber,
  CardGiven,
  Charged,
  Facility,
  Funding,
  Opened,
  Ports,
  SavedCard,
  Scope,
} from '../family-line/ports.ts';

/** What the world of a test is like; whatever is not said is as usual. */
export interface WorldOptions {
  readonly callingNumber?: string | undefined;
  /** The calling number is one of the account's. */
  readonly known?: boolean;
  readonly saved?: SavedCard;
  /** What becomes of charges, one after the other; the last one holds for all that follow. */
  readonly charges?: readonly Charged[];
  readonly callers?: readonly Facility[];
  readonly blocks?: readonly Scope[];
  /** By the state that they lie in. */
  readonly facilities?: Readonly<Record<string, readonly Facility[]>>;
  /** The version of the terms of service in force. */
  readonly terms?: string;
  /** What becomes of an account that is to be opened. */
  readonly opened?: Opened;
  /** How the calling number stands, when it is not known. */
  readonly standing?: 'free' | 'taken' | 'agent-only';
  readonly liftable?: boolean;
  readonly funding?: Funding;
  /** `never`: they are there, and none is ever free. */
  readonly agents?: 'talked' | 'nobody' | 'full' | 'closed' | 'holiday' | 'never';
  /** Whether somebody speaks in the voices of the line, one after the other; the last one holds for all that follow. Default: yes. */
  readonly spoken?: readonly boolean[];
  /** Who waits presses 1, once. */
  readonly wantsCallBack?: boolean;
  /** What becomes of the place of who wants to be called back. Default: called today. */
  readonly calledBack?: 'today' | 'morning' | 'not-kept' | 'coming';
  /** What the caller is told of the queue, before an agent takes the call. */
  readonly standings?: readonly { readonly position: number; readonly minutes: number | undefined }[];
}

export const account: Account = { id: 'account-1' };
export const passcode = '4821';
export const valleyView: Facility = { id: 'valley-view', name: 'Valley View' };
export const rioClaro: Facility = { id: 'rio-claro', name: 'Río Claro' };
export const ironwood: Facility = { id: 'ironwood', name: 'Ironwood' };
export const newAccount: Account = { id: 'account-2' };
export const captured: Charged = { kind: 'captured', reference: '1234567890', balanceCents: 3_750 };
export const savedCard: SavedCard = { brand: 'visa', lastFour: '4242', lastCents: 2_500 };

/** The ports of the 866 line on a world of one account, which writes down what is done in it. Never a secret. */
export class FamilyWorld implements Ports {
  readonly today = { year: 2026, month: 11, day: 28 };
  /** What was done, in order: `charge 2500 new ..1112`, `place valley-view`. */
  readonly done: string[] = [];
  /** What became of the place among those who wait for an agent: `hold 30`. */
  readonly desk: string[] = [];
  /** Whenever the caller has heard what became of a charge, after how many of the things that were done. */
  readonly heard: number[] = [];
  readonly callingNumber: string | undefined;
  readonly #options: WorldOptions;
  readonly #facilities: Readonly<Record<string, readonly Facility[]>>;
  #wrong = 0;
  #voices = 0;
  /** Opened by somebody else in the meantime. */
  #open: Account | undefined;

  constructor(options: WorldOptions = {}) {
    this.#options = options;
    this.#facilities = options.facilities ?? { CA: [rioClaro, valleyView], NV: [ironwood] };
    this.callingNumber = 'callingNumber' in options ? options.callingNumber : '+12135550142';
  }

  readonly accounts: Ports['accounts'] = {
    ofCaller: async () => (this.#options.known === false ? this.#open : account),
    find: async (typed) => (typed === '2135550142' ? account : undefined),
    checkPasscode: async (_account, typed) => {
      const right = String.fromCharCode(...typed.bytes) === passcode;
      if (!right) this.#wrong++;
      this.done.push(`passcode ${right ? 'right' : this.#wrong < 3 ? 'wrong' : 'locked'}`);
      return right ? 'right' : this.#wrong < 3 ? 'wrong' : 'locked';
    },
    overview: async () => {
      this.done.push('overview');
      const deposits = [
        { date: this.today, cents: 2_500 },
        { date: { year: 2026, month: 11, day: 5 }, cents: 1_050 },
      ];
      return { balanceCents: 1_250, deposits };
    },
  };

  readonly payments: Ports['payments'] = {
    limits: { minCents: 200, maxCents: 10_000 },
    thisMonth: { year: 2026, month: 11 },
    savedCard: async () => this.#options.saved,
    charge: async ({ id }, cents, card) => {
      const charges = this.#options.charges ?? [captured];
      const before = this.done.filter((one) => one.startsWith('charge')).length;
      this.done.push(`charge ${cents} ${shown(card)}${id === account.id ? '' : ` for ${id}`}`);
      return charges[Math.min(before, charges.length - 1)] ?? captured;
    },
    heard: () => void this.heard.push(this.done.length),
  };

  readonly blocks: Ports['blocks'] = {
    callers: async () => this.#options.callers ?? [valleyView],
    place: async (number, scope) => void this.done.push(`place ${number} ${nameOf(scope)}`),
    of: async () => this.#options.blocks ?? [],
    lift: async (number, scope) => {
      this.done.push(`lift ${number} ${nameOf(scope)}`);
      return this.#options.liftable === false ? 'agent-only' : 'lifted';
    },
  };

  readonly facilities: Ports['facilities'] = {
    states: async () => Object.keys(this.#facilities),
    ofState: async (state) => this.#facilities[state] ?? [],
    numbered: async (typed) => (typed === '12' ? rioClaro : undefined),
  };

  readonly openings: Ports['openings'] = {
    standing: async () =>
      this.#options.standing ??
      (this.callingNumber === undefined || this.#options.known !== false ? 'agent-only' : 'free'),
    terms: async () => ({ version: this.#options.terms ?? '2026-01', from: { year: 2026, month: 1, day: 1 } }),
    tooEasy: ({ bytes }) => ['0000', '1234'].includes(String.fromCharCode(...bytes)),
    open: async ({ facility, language, passcode: chosen, terms }) => {
      this.done.push(`open ${facility.id} ${language} ${terms.version} passcode:${chosen.length}`);
      const { opened } = this.#options;
      if (opened?.kind === 'taken') this.#open = account;
      return opened ?? { kind: 'opened', account: newAccount, number: '1000000008', blockedEverywhere: false };
    },
  };

  readonly funding: Ports['funding'] = {
    of: async () => this.#options.funding ?? { kind: 'off' },
    turnOff: async () => void this.done.push('turn-off'),
  };

  readonly agents: Ports['agents'] = {
    opening: async () => {
      const { agents = 'talked' } = this.#options;
      if (agents !== 'closed' && agents !== 'holiday') return { kind: 'open' };
      const hours = { opens: { hour: 5, minute: 0 }, closes: { hour: 21, minute: 0 } };
      return { kind: 'closed', holiday: agents === 'holiday', hours };
    },
    queue: async (language) => {
      const { agents = 'talked', standings = [], calledBack = 'today' } = this.#options;
      this.done.push('agent');
      if (agents === 'nobody' || agents === 'full') return agents;
      this.desk.push(`queue ${language}`);
      const left = [...standings];
      let pressed = this.#options.wantsCallBack !== true;
      return {
        standing: async () => left[0],
        hold: async (seconds) => {
          this.desk.push(`hold ${seconds}`);
          if (!pressed) {
            pressed = true;
            return 'call-back';
          }
          if (agents === 'never') return 'waiting';
          left.shift();
          return left.length === 0 ? 'talked' : 'waiting';
        },
        stepAside: async () => {
          this.desk.push('step aside');
          return calledBack === 'coming' ? 'coming' : 'aside';
        },
        stepBack: async () => void this.desk.push('step back'),
        checkNumber: async (text) => {
          const number = callable(text);
          return number === '+12135550199' ? { kind: 'refused', why: 'waits' } : checked(number);
        },
        callBack: async (number) => {
          this.desk.push(`call back ${number}`);
          return calledBack === 'coming' ? 'not-kept' : calledBack;
        },
        leave: async () => void this.desk.push('leave'),
      };
    },
  };

  readonly messages: Ports['messages'] = {
    begin: async (language) => {
      this.desk.push(`begin ${language}`);
      return { mostSeconds: 180, keepDays: 90 };
    },
    isSpoken: async () => {
      const { spoken = [true] } = this.#options;
      return spoken[Math.min(this.#voices++, spoken.length - 1)] ?? true;
    },
    checkNumber: async (text) => checked(callable(text)),
    keep: async ({ path }, number) => void this.desk.push(`keep ${path} for ${number ?? 'nobody'}`),
    drop: async () => void this.desk.push('drop'),
  };
}

/** E.164; undefined: nobody is called there. */
function callable(text: string): string | undefined {
  const digits = text.replace(/^\+?1?(?=\d{10}$)/, '');
  return /^[2-9]\d{9}$/.test(digits) ? `+1${digits}` : undefined;
}

const checked = (number: string | undefined): CallBackNumber =>
  number === undefined ? { kind: 'refused', why: 'not-callable' } : { kind: 'number', number };

const nameOf = (scope: Scope): string => (scope === 'all' ? 'all' : scope.id);

/** Only how long the digits are, and the last four: a record of a test is no better a place for them. */
function shown(card: CardGiven): string {
  if (card.kind === 'saved') return `saved cvv:${card.cvv.length}`;
  const { month, year } = card.expiry;
  return `new ..${card.number.lastFour()} ${month}/${year} cvv:${card.cvv.length} ${card.postalCode}`;
}
