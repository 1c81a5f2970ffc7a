import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Desk, facility, freshNumber } from '#accounts/enrolment/testing/desk.ts';
import { argonHasher } from '#accounts/passcode/hasher.ts';
import { changeProfile } from '#accounts/profile/change-profile.ts';
import { setPasscode } from '#accounts/passcode/set-passcode.ts';
import { closeAccount } from '#db/accounts.ts';
import { activeBlock, blockHistory } from '#db/blocks.ts';
import type { TestDatabase } from '#db/testing.ts';
import { startTestDatabase } from '#db/testing.ts';
import { termsPrompts } from '#flows/family-line/opening/accept-terms.ts';
import type { Agents, Messages } from '#flows/family-line/ports.ts';
import { typed } from '#flows/testing/typed.ts';
import type { FamilyLineHouse } from './house.ts';
import { portsOf } from './ports.ts';

let server: TestDatabase;
let desk: Desk;
let house: FamilyLineHouse;
beforeAll(async () => {
  server = await startTestDatabase();
  desk = new Desk(server.db);
  await desk.furnish();
  const passcodes = { ...desk.deps(), hasher: await argonHasher('pepper of this test') };
  house = { passcodes, deposits: { now: () => desk.at } } as unknown as FamilyLineHouse;
});
afterAll(() => server.stop());

const here = { id: facility.id, name: facility.name };

const portsOfCall = (callingNumber: string | undefined, id = randomUUID()) =>
  portsOf(server.db, house, {
    ...{ id, callingNumber, agents: {} as Agents, messages: {} as Messages },
    log: { error: () => undefined },
  });

/** A call from an account's own number, with its passcode. */
async function calling() {
  const { accountId, number } = await desk.account();
  const passcode = { entered: '4821', again: '4821' };
  await setPasscode(server.db, house.passcodes, { accountId, passcode, by: { kind: 'web' } });
  const id = randomUUID();
  const ports = portsOfCall(number, id);
  const account = await ports.accounts.ofCaller();
  if (!account) throw new Error('nobody has this number');
  return { id, number, account, ports };
}
const isBlocked = async (number: string) =>
  (await activeBlock(server.db, number, { facilityId: here.id })) !== undefined;

describe('a block', () => {
  it('is placed by the call, read, and lifted by it after the passcode, with who and why', async () => {
    const { id, number, account, ports } = await calling();
    await ports.blocks.place(number, here);
    expect(await ports.blocks.of(number)).toEqual([here]);
    expect(await ports.accounts.checkPasscode(account, typed('4821'))).toBe('right');
    expect(await ports.blocks.lift(number, here, account)).toBe('lifted');
    expect([await isBlocked(number), await ports.blocks.of(number)]).toEqual([false, []]);
    expect(await blockHistory(server.db, number)).toMatchObject([
      {
        placed: { by: { kind: 'phone-line', callId: id } },
        lifted: {
          by: { kind: 'phone-line', id: account.id, callId: id },
          reason: 'on the 866 line, with the passcode',
        },
      },
    ]);
  });

  it('on all facilities is another one than on each', async () => {
    const { number, account, ports } = await calling();
    await ports.blocks.place(number, 'all');
    await ports.blocks.place(number, here);
    expect(await ports.accounts.checkPasscode(account, typed('4821'))).toBe('right');
    expect(await ports.blocks.lift(number, 'all', account)).toBe('lifted');
    expect(await ports.blocks.of(number)).toEqual([here]);
  });

  it('is an agent’s business without the passcode, and with a wrong one', async () => {
    const { number, account, ports } = await calling();
    await ports.blocks.place(number, here);
    expect(await ports.blocks.lift(number, here, account)).toBe('agent-only');
    expect(await ports.accounts.checkPasscode(account, typed('1111'))).toBe('wrong');
    expect(await ports.accounts.checkPasscode(account, typed('482'))).toBe('wrong');
    expect(await ports.blocks.lift(number, here, account)).toBe('agent-only');
    expect(await isBlocked(number)).toBe(true);
  });

  it('is not lifted by the passcode of another account, or of another call', async () => {
    const [one, other] = [await calling(), await calling()];
    await one.ports.blocks.place(one.number, here);
    expect(await other.ports.accounts.checkPasscode(other.account, typed('4821'))).toBe('right');
    expect(await other.ports.blocks.lift(one.number, here, other.account)).toBe('agent-only');
    expect(await other.ports.blocks.lift(one.number, here, one.account)).toBe('agent-only');
    expect(await one.ports.blocks.lift(one.number, here, one.account)).toBe('agent-only');
    expect(await isBlocked(one.number)).toBe(true);
  });

  it('that is gone meanwhile is lifted', async () => {
    const { number, account, ports } = await calling();
    expect(await ports.accounts.checkPasscode(account, typed('4821'))).toBe('right');
    expect(await ports.blocks.lift(number, here, account)).toBe('lifted');
  });
});

describe('the directory', () => {
  it('finds a facility by its state and by its number, with zeros in front or without', async () => {
    const { facilities } = portsOfCall(undefined);
    expect(await facilities.states()).toEqual(['CA']);
    expect(await facilities.ofState('CA')).toMatchObject([here]);
    for (const typed of ['77', '077']) expect(await facilities.numbered(typed)).toMatchObject(here);
    for (const typed of ['78', '0', '770']) expect(await facilities.numbered(typed)).toBeUndefined();
  });
});

describe('an account that is opened', () => {
  const chosen = { language: 'es', facility: here } as const;

  it('is known from then on, by its passcode as well; to another call it is taken', async () => {
    const number = freshNumber();
    const [ports, other] = [portsOfCall(number), portsOfCall(number)];
    expect([await ports.openings.standing(), await ports.accounts.ofCaller()]).toEqual(['free', undefined]);
    const terms = await ports.openings.terms();
    if (!terms) throw new Error('there are no terms');
    expect(terms).toEqual({ version: '2026-01', from: { year: 2026, month: 1, day: 1 } });
    expect(termsPrompts(terms, ports.today)).toHaveLength(2);
    const passcode = typed('8362');
    const opened = await ports.openings.open({ ...chosen, terms, passcode });
    if (opened.kind !== 'opened') throw new Error(opened.kind);
    expect(await ports.accounts.ofCaller()).toEqual(opened.account);
    expect(await ports.accounts.find(opened.number)).toEqual(opened.account);
    expect(opened).toMatchObject({ blockedEverywhere: false });
    expect(await other.openings.standing()).toBe('taken');
    expect(await other.openings.open({ ...chosen, terms, passcode })).toEqual({ kind: 'taken' });
    expect(await other.accounts.checkPasscode(opened.account, passcode)).toBe('right');
    // Finished on the web it may lift a block, in the call in which its passcode was chosen.
    await ports.blocks.place(number, here);
    expect(await ports.blocks.lift(number, here, opened.account)).toBe('agent-only');
    const home = { addressLine1: '1 Main St', city: 'Fresno', region: 'CA', postalCode: '93650', country: 'US' };
    const edit = { nameAndAddress: { firstName: 'Maria', lastName: 'Lopez', ...home } };
    const order = { accountId: opened.account.id, version: 1, edit, by: { kind: 'web' }, proven: true } as const;
    expect((await changeProfile(server.db, desk.deps(), order)).kind).toBe('changed');
    expect(await ports.blocks.lift(number, here, opened.account)).toBe('lifted');
  });

  it('needs a telephone of the United States, and a facility that is offered', async () => {
    const terms = { version: '2026-01', from: { year: 2026, month: 1, day: 1 } };
    for (const number of [undefined, '+525512345678', '+16135550142', '+18005550142']) {
      const { openings } = portsOfCall(number);
      expect(await openings.standing()).toBe('agent-only');
      expect(await openings.open({ ...chosen, terms, passcode: typed('8362') })).toEqual({ kind: 'refused' });
    }
    const { openings } = portsOfCall(freshNumber());
    const elsewhere = { ...chosen, facility: { id: 'nowhere', name: 'Nowhere' } };
    expect(await openings.open({ ...elsewhere, terms, passcode: typed('8362') })).toEqual({ kind: 'refused' });
    expect(await openings.standing()).toBe('free');
  });

  it('may be opened by who had one that is closed', async () => {
    const { accountId, number } = await desk.account();
    const { openings } = portsOfCall(number);
    expect(await openings.standing()).toBe('taken');
    await closeAccount(server.db, accountId, desk.at);
    expect(await openings.standing()).toBe('free');
  });

  it('has a passcode that is not easy to guess', () => {
    const { openings } = portsOfCall('+12135550142');
    for (const easy of ['0000', '1234', '0142']) expect(openings.tooEasy(typed(easy))).toBe(true);
    expect(openings.tooEasy(typed('8362'))).toBe(false);
    expect(portsOfCall(undefined).openings.tooEasy(typed('8362'))).toBe(false);
  });
});
