import { inspect } from 'node:util';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { TextSender } from './ports.ts';
import { TwilioStandIn, type Fate } from './testing/twilio-stand-in.ts';
import { twilioSender } from './twilio-sender.ts';

const hello = { to: '+12135550142', body: 'Balance “$4.00”. ¿Sí?' };
let twilio: TwilioStandIn;
let baseUrl: string;
let sender: TextSender;
const senderWith = (over = {}) => {
  const { accountSid, authToken } = twilio;
  return twilioSender({ accountSid, authToken, from: '+18669490290', baseUrl, timeoutMs: 300, ...over });
};
beforeEach(async () => {
  twilio = new TwilioStandIn();
  baseUrl = await twilio.open();
  sender = senderWith();
});
afterEach(() => twilio.close());

test('a text is handed over as it is, and found again', async () => {
  const taken = await sender.send(hello);
  expect(twilio.messages).toMatchObject([{ ...hello, from: '+18669490290' }]);
  expect(taken).toEqual({ kind: 'accepted', providerId: twilio.messages[0]?.sid });
  expect(await sender.find({ ...hello, since: twilio.at })).toEqual([twilio.messages[0]?.sid]);
});

test.each<[Fate, unknown, arrived: number]>([
  [{ status: 400, code: 21610 }, { kind: 'refused', reason: 'opted-out' }, 0],
  [{ status: 400, code: 21211 }, { kind: 'refused', reason: 'invalid-number' }, 0],
  [{ status: 400, code: 21614 }, { kind: 'refused', reason: 'invalid-number' }, 0],
  [{ status: 400, code: 21408 }, { kind: 'refused', reason: 'twilio-21408' }, 0],
  [{ status: 429, code: 20429 }, { kind: 'not-now', reason: 'twilio-429' }, 0],
  [{ status: 403, code: 20005 }, { kind: 'not-now', reason: 'twilio-403' }, 0],
  [{ status: 500, code: 20500 }, { kind: 'in-doubt', reason: 'twilio-500' }, 0],
  [{ status: 503, code: 20503 }, { kind: 'in-doubt', reason: 'twilio-503' }, 0],
  ['cut-before', { kind: 'in-doubt', reason: 'no-answer' }, 0],
  ['cut-after', { kind: 'in-doubt', reason: 'no-answer' }, 1],
  ['hang-after', { kind: 'in-doubt', reason: 'no-answer' }, 1],
])('%j', async (fate, taken, arrived) => {
  twilio.fate = fate;
  expect(await sender.send(hello)).toEqual(taken);
  expect(twilio.messages).toHaveLength(arrived);
  expect(await sender.find({ ...hello, since: twilio.at })).toHaveLength(arrived);
});

test('a wrong token is tried again; of a Twilio that is away nothing is known, and asking it throws', async () => {
  const wrong = senderWith({ authToken: 'another' });
  expect(await wrong.send(hello)).toEqual({ kind: 'not-now', reason: 'twilio-401' });
  await expect(wrong.find({ ...hello, since: twilio.at })).rejects.toThrow();
  await twilio.close();
  expect(await sender.send(hello)).toEqual({ kind: 'in-doubt', reason: 'no-answer' });
  await expect(sender.find({ ...hello, since: twilio.at })).rejects.toThrow();
  twilio = new TwilioStandIn();
  await twilio.open();
});

test('what is thrown has no token and no number in it', async () => {
  const { authToken, accountSid } = twilio;
  const secrets = [authToken, Buffer.from(`${accountSid}:${authToken}`).toString('base64'), hello.to];
  const thrown: unknown[] = [];
  const keep = (error: unknown) => void thrown.push(error);
  await senderWith({ accountSid: `AC${'9'.repeat(32)}` })
    .find({ ...hello, since: twilio.at })
    .catch(keep);
  await twilio.close();
  await sender.find({ ...hello, since: twilio.at }).catch(keep);
  expect(thrown).toHaveLength(2);
  for (const error of thrown)
    for (const secret of secrets) expect(inspect(error, { showHidden: true, depth: 9 })).not.toContain(secret);
  twilio = new TwilioStandIn();
  await twilio.open();
});

test('found is what has the same words, the same number and is not older', async () => {
  await sender.send(hello);
  await sender.send({ ...hello, body: 'Other words.' });
  await sender.send({ ...hello, to: '+12135550143' });
  const after = (ms: number) => sender.find({ ...hello, since: new Date(twilio.at.getTime() + ms) });
  expect(await after(5_000)).toHaveLength(1);
  expect(await after(5_001)).toEqual([]);
});
