import { startTestDatabase, type TestDatabase } from '#db/testing.ts';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { sendNotice } from '../notices/send.ts';
import { Carrier } from '../notices/testing/carrier.ts';
import { fillTextProof } from './fill-proof.ts';
import { askNumberProof, proveNumber } from './number-proof.ts';
import { Home } from './testing/home.ts';

let server: TestDatabase;
let home: Home;
let identityId = '';
beforeAll(async () => {
  server = await startTestDatabase();
  home = new Home(server.db);
  identityId = await home.registered('rosa@example.com');
});
afterAll(() => server.stop());

const identity = () => ({ id: identityId, language: 'en' }) as const;
const ask = async (number: string) => askNumberProof(server.db, await home.deps(), { identity: identity(), number });
async function send(carrier: Carrier, number: string) {
  const notices = server.db.selectFrom('notice').select('id').where('recipient', '=', number);
  const { id } = await notices.executeTakeFirstOrThrow();
  const texts = fillTextProof(carrier.textSender, home.keys);
  return sendNotice(server.db, { now: () => carrier.at, texts, mails: carrier.mailSender }, id);
}

test('the digits are in the text that arrives, and nowhere before it; what was lost is looked for with them', async () => {
  const [number, carrier] = ['+12135550701', new Carrier()];
  carrier.at = home.at;
  expect((await ask(number)).kind).toBe('sent');
  carrier.mood = 'take-silently';
  expect((await send(carrier, number)).kind).toBe('later');
  const [text] = carrier.texts;
  expect(text).toMatchObject({ to: number, body: expect.stringMatching(/^Homeline: \d{6} is your code\./) as string });
  const kept = await server.db.selectFrom('notice').selectAll().where('recipient', '=', number).execute();
  const [code = ''] = /\d{6}/.exec(text?.body ?? '') ?? [];
  expect(JSON.stringify(kept)).not.toContain(`${code} `);
  carrier.mood = 'take';
  carrier.later(300);
  // It is there: no second one goes out.
  expect((await send(carrier, number)).kind).toBe('sent');
  expect(carrier.texts).toHaveLength(1);
  expect(await proveNumber(server.db, await home.deps(), { identityId, number, code })).toMatchObject({
    ...{ kind: 'proven', number },
  });
});

test('of many requests at once one text is written, whatever number', async () => {
  for (let round = 0; round < 4; round++) {
    const number = `+1213555071${round}`;
    const kinds = (await Promise.all(Array.from({ length: 6 }, () => ask(number)))).map(({ kind }) => kind).sort();
    expect(kinds).toEqual(['sent', ...Array.from({ length: 5 }, () => 'too-soon')]);
  }
});
