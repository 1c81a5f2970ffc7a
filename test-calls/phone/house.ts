import { afterEach, expect } from 'vitest';
import type { IncomingCall } from './incoming-call.ts';
import type { OutgoingCall } from './outgoing-call.ts';
import { Phone, type PhoneOptions } from './phone.ts';

/** For tests: phones that are stopped after each test and then must not have been surprised, unless the test looked. */
export function house(): {
  phone: (name: string, options?: Partial<PhoneOptions>) => Promise<Phone>;
  talking: (son?: Partial<PhoneOptions>, mother?: Partial<PhoneOptions>) => Promise<[OutgoingCall, IncomingCall]>;
} {
  const phones: Phone[] = [];
  const phone = async (name: string, options: Partial<PhoneOptions> = {}): Promise<Phone> => {
    const one = await Phone.start({ name, ...options });
    phones.push(one);
    return one;
  };
  afterEach(async () => {
    const all = phones.splice(0);
    await Promise.all(all.map((one) => one.stop()));
    for (const one of all) expect(one.surprises).toEqual([]);
  });
  const talking = async (
    sons: Partial<PhoneOptions> = {},
    mothers: Partial<PhoneOptions> = sons,
  ): Promise<[OutgoingCall, IncomingCall]> => {
    const [son, mother] = [await phone('son', sons), await phone('mother', mothers)];
    const incoming = nextCall(mother);
    const call = son.dial(mother.uri);
    const other = await incoming;
    expect(await other.answer()).toBe(true);
    expect(await call.answered).toBe(true);
    return [call, other];
  };
  return { phone, talking };
}

/** The next call that comes to a phone; nothing is done with it. */
export const nextCall = (phone: Phone): Promise<IncomingCall> => new Promise((resolve) => phone.onCall(resolve));
