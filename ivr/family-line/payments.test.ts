import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { CardDetails } from '#accounts/cards/card-details.ts';
import type { ChargeOrder, TokeniseOutcome } from '#accounts/cards/gateway.ts';
import type { Secret } from '#accounts/cards/secret.ts';
import { resolveDeposits } from '#accounts/deposits/resolve.ts';
import type { Contact } from '#accounts/notices/contact.ts';
import { notifyWith } from '#accounts/notices/notice.ts';
import { cardReceipts } from '#accounts/receipts/card-receipts.ts';
import { receiptWords } from '#accounts/receipts/notice-words.ts';
import { Bank } from '#accounts/testing/bank.ts';
import { openAccount } from '#db/accounts.ts';
import { saveAgent } from '#db/desk/agents.ts';
import { enterQueue } from '#db/desk/entries.ts';
import type { TestDatabase } from '#db/testing.ts';
import { startTestDatabase } from '#db/testing.ts';
import { transactionsOf } from '#db/statements.ts';
import type { CardGiven } from '#flows/family-line/ports.ts';
import { typed } from '#flows/testing/typed.ts';
import type { FamilyLineHouse } from './house.ts';
import { tellLeftUntold } from './left-untold.ts';
import { LinePayments } from './payments.ts';

let server: TestDatabase;
beforeAll(async () => {
  server = await startTestDatabase();
});
afterAll(() => server.stop());

const now = () => new Date('2026-11-28T20:00:00Z');
const visa = '4000001234561116';
const saved = { token: 'tok_saved', brand: 'mastercard', lastFour: '4444' };
const notMade =
  'Homeline: your payment of $25.00 to the account ending 0042, Nov 28, 2026, was not made. Nothing was charged.';

const shown = ({ bytes }: Secret): string => Buffer.from(bytes).toString('latin1');

/** A bank that takes cards, and what it was asked with. */
class CardBank extends Bank {
  tokens: TokeniseOutcome = {
    ...{ kind: 'token', token: 'tok_1', brand: 'visa', lastFour: '1116', funding: 'debit' },
    ...{ expiryMonth: 4, expiryYear: 2030 },
  };
  readonly handed: string[] = [];

  async tokenise({ number, cvv, expiryMonth, expiryYear, postalCode }: CardDetails): Promise<TokeniseOutcome> {
    this.handed.push(`${shown(number)} ${shown(cvv)} ${expiryMonth}/${expiryYear} ${postalCode}`);
    return this.tokens;
  }

  override charge(order: ChargeOrder) {
    this.handed.push(`${order.token} ${order.cents} ${order.cvv ? shown(order.cvv) : 'no code'}`);
    return super.charge(order);
  }
}

let bank: CardBank;
let account: { readonly id: string };
let callId: string;
let contact: Contact | undefined;
let logged: object[];
let card: Awaited<ReturnType<FamilyLineHouse['funding']['cardOf']>>;
beforeEach(async () => {
  [bank, callId, logged] = [new CardBank(), randomUUID(), []];
  account = { id: `${randomUUID()}-0042` };
  contact = { language: 'en', email: 'family@example.com' };
  card = { kind: 'card', card: saved };
  await openAccount(server.db, { id: account.id, numbers: [], at: now() });
});

const receipts = { contactOf: async () => contact, notify: notifyWith(receiptWords, now) };
const deposits = { now, onSettled: cardReceipts(receipts) };
function house(over: Partial<FamilyLineHouse> = {}): FamilyLineHouse {
  const funding = { cardOf: async () => card };
  return {
    gateway: bank,
    deposits: { ...deposits, db: server.db },
    receipts,
    funding,
    ...over,
  } as unknown as FamilyLineHouse;
}
const payments = (over: Partial<FamilyLineHouse> = {}, callingNumber?: string) =>
  new LinePayments(
    server.db,
    house(over),
    { callId, callingNumber },
    { error: (fields: object) => void logged.push(fields) },
  );
const newCard = (): CardGiven => {
  const expiry = { year: 2030, month: 4 };
  return { kind: 'new', number: typed(visa), cvv: typed('123'), expiry, postalCode: '95814' };
};
const savedCard = (): CardGiven => ({ kind: 'saved', cvv: typed('907') });
const declining = (reason: string) => {
  bank.charge = async ({ key, cents }) => {
    const outcome = { kind: 'declined', reason } as const;
    bank.charges.set(key, { cents, outcome });
    return outcome;
  };
};
const mails = async () => {
  const all = server.db.selectFrom('notice').select('body').where('accountId', '=', account.id).orderBy('id');
  return (await all.execute()).map(({ body }) => body.trim());
};

describe('a charge on the line', () => {
  it('of a new card hands it to the gateway and charges what came of it, once, with a receipt', async () => {
    const charged = await payments().charge(account, 2_500, newCard());
    expect(charged).toEqual({
      kind: 'captured',
      reference: expect.stringMatching(/^\d{10}$/) as string,
      balanceCents: 2_500,
    });
    expect(bank.handed).toEqual([`${visa} 123 4/2030 95814`, 'tok_1 2500 no code']);
    expect(await mails()).toEqual([expect.stringContaining('Amount: $25.00')]);
    const { transactions } = await transactionsOf(server.db, account.id, { limit: 5 });
    expect(transactions).toMatchObject([{ kind: 'card-deposit', cents: 2_500 }]);
  });

  it('of the saved card gives the code with the charge, and is offered as the last amount afterwards', async () => {
    const line = payments();
    expect(await line.savedCard(account)).toEqual({ brand: 'mastercard', lastFour: '4444', lastCents: undefined });
    expect((await line.charge(account, 1_050, savedCard())).kind).toBe('captured');
    expect(bank.handed).toEqual(['tok_saved 1050 907']);
    expect(await line.savedCard(account)).toEqual({ brand: 'mastercard', lastFour: '4444', lastCents: 1_050 });
    expect(line.thisMonth).toMatchObject({ year: 2026, month: 11 });
  });

  it('is an order of its own for each confirmation', async () => {
    const line = payments();
    for (let twice = 0; twice < 2; twice++) await line.charge(account, 2_500, newCard());
    expect(bank.takenCents).toBe(5_000);
    const rows = server.db
      .selectFrom('deposit')
      .select(['idempotencyKey', 'channel'])
      .where('accountId', '=', account.id);
    expect((await rows.orderBy('idempotencyKey').execute()).map((row) => Object.values(row).join(' '))).toEqual([
      `line:${callId}:1 phone-line`,
      `line:${callId}:2 phone-line`,
    ]);
  });

  it.each([
    ['insufficient-funds', 'insufficient-funds'],
    ['expired', 'expired'],
    ['wrong-cvv', 'wrong-details'],
    ['wrong-postal-code', 'wrong-details'],
    ['card-not-accepted', 'not-accepted'],
    ['gateway-unavailable', 'try-later'],
    ['stolen-card', 'declined'],
  ])('that is declined (%s) says no more than a caller may know: %s', async (reason, told) => {
    declining(reason);
    expect(await payments().charge(account, 2_500, newCard())).toEqual({ kind: 'declined', reason: told });
  });

  it('of a card that cannot be taken, or is saved no more, charges nothing', async () => {
    bank.tokens = { kind: 'refused', reason: 'wrong-number' };
    expect(await payments().charge(account, 2_500, newCard())).toEqual({ kind: 'declined', reason: 'wrong-details' });
    card = { kind: 'expired' };
    expect(await payments().charge(account, 2_500, savedCard())).toEqual({ kind: 'declined', reason: 'expired' });
    card = { kind: 'none' };
    expect(await payments().charge(account, 2_500, savedCard())).toEqual({ kind: 'declined', reason: 'declined' });
    expect(await payments().savedCard(account)).toBeUndefined();
    expect([...bank.charges.keys()]).toEqual([]);
  });

  it('that was made and cannot be written down is told as one of unknown outcome, and logged', async () => {
    const noReceipt = () => Promise.reject(new TypeError('no wording for this receipt'));
    const line = payments({ deposits: { ...deposits, db: server.db, onSettled: noReceipt } });
    expect(await line.charge(account, 2_500, newCard())).toEqual({ kind: 'pending' });
    expect(bank.takenCents).toBe(2_500);
    expect(logged).toMatchObject([{ call: callId, err: { message: 'no wording for this receipt' } }]);
  });
});

describe('who pays for an account without a contact', () => {
  let callers = 1_000;
  let caller: string;
  beforeEach(() => {
    contact = undefined;
    caller = `+1213555${++callers}`;
  });
  const texts = async () => {
    const all = server.db.selectFrom('notice').select(['channel', 'recipient', 'body']).orderBy('id');
    return (await all.where('accountId', '=', account.id).execute()).map((text) => Object.values(text).join(' '));
  };

  it('is told at the number they call from what became of it: at once, later, and after a crash', async () => {
    declining('insufficient-funds');
    const line = payments({}, caller);
    await line.charge(account, 2_500, newCard());
    for (let twice = 0; twice < 2; twice++) {
      await line.tellUntold();
      await tellLeftUntold(server.db, house(), callId);
    }
    expect(await texts()).toEqual([`text ${caller} ${notMade}`]);
  });

  it('is told so when the process that took the call died, and when it is found out', async () => {
    declining('insufficient-funds');
    await payments({}, caller).charge(account, 2_500, newCard());
    await tellLeftUntold(server.db, house(), callId);
    expect(await texts()).toEqual([`text ${caller} ${notMade}`]);
    bank = new CardBank();
    bank.ways.push('cut-after');
    callId = randomUUID();
    expect(await payments({}, caller).charge(account, 2_500, newCard())).toEqual({ kind: 'pending' });
    await resolveDeposits({ ...deposits, db: server.db, gateway: bank }, { afterMs: 0, abandonMs: 60_000 });
    expect((await texts()).slice(1)).toEqual([expect.stringMatching(new RegExp(`^text \\${caller} .*\\$25\\.00`))]);
  });

  it.each(['+18005550142', '+442079460123', '+525512345678', 'anonymous', '+1213555', '911'])(
    'is told nothing at %s, which is no number of theirs that may have texts',
    async (shown) => {
      declining('insufficient-funds');
      const line = payments({}, shown);
      await line.charge(account, 2_500, newCard());
      await line.tellUntold();
      expect(await texts()).toEqual([]);
    },
  );

  it('is told nothing after an opt-out, and where the account has a contact it is told there alone', async () => {
    declining('insufficient-funds');
    await server.db.insertInto('textOptOut').values({ mobile: caller, at: now() }).execute();
    const opted = payments({}, caller);
    await opted.charge(account, 2_500, newCard());
    await opted.tellUntold();
    expect(await texts()).toEqual([]);
    contact = { language: 'en', email: 'family@example.com' };
    callId = randomUUID();
    const line = payments({}, `+1213555${++callers}`);
    await line.charge(account, 2_500, newCard());
    await line.tellUntold();
    expect(await texts()).toEqual([expect.stringContaining('e-mail family@example.com')]);
  });
});

describe('who hung up before they heard what became of a charge', () => {
  it('is told once that nothing was charged', async () => {
    declining('insufficient-funds');
    const line = payments();
    await line.charge(account, 2_500, newCard());
    expect(await mails()).toEqual([]);
    for (let twice = 0; twice < 2; twice++) await line.tellUntold();
    expect(await mails()).toEqual([notMade]);
  });

  it('is told so too when the card itself was not taken', async () => {
    bank.tokens = { kind: 'refused', reason: 'wrong-number' };
    const line = payments();
    await line.charge(account, 2_500, newCard());
    await line.tellUntold();
    expect(await mails()).toEqual([notMade]);
  });

  it('and of a captured one by its receipt, and by nothing else', async () => {
    const line = payments();
    await line.charge(account, 2_500, newCard());
    await line.tellUntold();
    expect(await mails()).toEqual([expect.stringContaining('Thank you. We received your deposit.')]);
  });

  it('and of one that is not known yet when it is found out, either way', async () => {
    const line = payments();
    bank.ways.push('cut-before', 'cut-after');
    for (const cents of [2_500, 3_000])
      expect(await line.charge(account, cents, newCard())).toEqual({ kind: 'pending' });
    await line.tellUntold();
    expect(await mails()).toEqual([]);
    const finding = { ...deposits, db: server.db, gateway: bank };
    for (let twice = 0; twice < 2; twice++) await resolveDeposits(finding, { afterMs: 0, abandonMs: 0 });
    expect((await mails()).sort()).toEqual([notMade, expect.stringContaining('Amount: $30.00')]);
  });

  it('is told nothing that they have heard', async () => {
    declining('expired');
    const line = payments();
    await line.charge(account, 2_500, newCard());
    line.heard();
    await line.tellUntold();
    expect(await mails()).toEqual([]);
  });

  it('is told by the next process when this one died, once, and of nothing that was made', async () => {
    const line = payments();
    await line.charge(account, 3_000, newCard());
    await server.db.deleteFrom('notice').where('accountId', '=', account.id).execute();
    declining('expired');
    await line.charge(account, 2_500, newCard());
    for (let twice = 0; twice < 2; twice++) await tellLeftUntold(server.db, { receipts }, callId);
    await line.tellUntold();
    await tellLeftUntold(server.db, { receipts }, randomUUID());
    expect(await mails()).toEqual([notMade]);
  });

  it('that an agent took in a talk of the call is told by the next process too', async () => {
    const entryId = randomUUID();
    const ana = {
      id: 'ana',
      name: 'Ana',
      extension: '201',
      languages: ['en'],
      supervisor: false,
      active: true,
    } as const;
    await saveAgent(server.db, ana, now());
    const entry = { language: 'en', number: undefined, accountId: undefined, node: 'n', at: now() } as const;
    await enterQueue(server.db, { id: entryId, callId, ...entry });
    declining('expired');
    const call = { callId, callingNumber: undefined };
    const line = new LinePayments(server.db, house(), call, { error: () => undefined }, { agentId: 'ana', entryId });
    await line.charge(account, 2_500, newCard());
    await tellLeftUntold(server.db, { receipts }, callId);
    expect(await mails()).toEqual([notMade]);
  });

  it('leaves the line as it is when that cannot be written down: it is logged', async () => {
    declining('expired');
    const line = payments({ receipts: { ...receipts, notify: () => Promise.reject(new Error('no notices')) } });
    await line.charge(account, 2_500, newCard());
    await line.tellUntold();
    expect(logged).toMatchObject([{ call: callId, err: { message: 'no notices' } }]);
  });
});
