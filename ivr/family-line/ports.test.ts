import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Desk, facility } from '#accounts/enrolment/testing/desk.ts';
import { argonHasher } from '#accounts/passcode/hasher.ts';
import { setPasscode } from '#accounts/passcode/set-passcode.ts';
import { activeBlock, blockHistory } from '#db/blocks.ts';
import type { TestDatabase } from '#db/testing.ts';
import { startTestDatabase } from '#db/testing.ts';
import type { Agents } from '#flows/family-line/ports.ts';
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

/** A call from an account's own number, with its passcode. */
async function calling() {
  const { accountId, number } = await desk.account();
  const passcode = { entered: '4821', again: '4821' };
  await setPasscode(server.db, house.passcodes, { accountId, passcode, by: { kind: 'web' } });
  const id = randomUUID();
  const ports = portsOf(server.db, house, {
    ...{ id, callingNumber: number, agents: {} as Agents, log: { error: () => undefined } },
  });
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
