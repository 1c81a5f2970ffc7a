import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { openDatabase } from '#db/connect.ts';
import { findRegistration } from '#db/registrations.ts';
import type { Demo } from '#db/seed/demo.ts';
import { seedDemo } from '#db/seed/demo.ts';
import { startTestDatabase } from '#db/testing.ts';
import { authorization } from '#test-calls/phone/authorization.ts';
import { request } from '../testing/knock.ts';
import { pinPepper, playedPlatform, realm } from '../testing/world.ts';
import { Door } from './door.ts';
import { register } from './register.ts';

const database = await startTestDatabase();
const { db } = database;
let demo: Demo;
beforeAll(async () => {
  demo = await seedDemo(db, { pinPepper, realm, now: new Date() });
});
beforeEach(() => db.deleteFrom('registration').execute());
afterAll(() => database.stop());

const contact = '<sip:home1@10.0.0.5:5062>';
const number = '+12135550142';

function registrar() {
  const played = playedPlatform(db);
  const door = new Door(played.platform);
  const { username, password } = demo.homePhones[0] ?? { username: '', password: '' };
  /** What a REGISTER with these headers is answered. */
  const send = async (headers: Record<string, string> = {}, platform = played.platform) => {
    const signed = authorization(
      door.challenge(false),
      { method: 'REGISTER', uri: 'sip:homeline' },
      { username, password },
    );
    const usual = { To: `<sip:${username}@homeline>`, 'Call-ID': 'registers', CSeq: '1 REGISTER', Contact: contact };
    const { incoming, said } = request({ ...usual, Authorization: signed ?? '', ...headers });
    await register(incoming, door, platform);
    expect(said).toHaveLength(1);
    return said[0];
  };
  const bound = () => findRegistration(db, number, played.clock.now());
  return { ...played, send, bound };
}

describe('a REGISTER', () => {
  it('binds its phone to where it came from, for the time it is told', async () => {
    const { send, bound, clock } = registrar();
    expect(await send({ Expires: '120' })).toEqual({
      status: 200,
      headers: { Contact: '<sip:home1@10.0.0.5:5062>;expires=120', Expires: '120' },
    });
    const source = { address: '198.51.100.7', port: 5060 };
    expect(await bound()).toEqual({ username: 'home1', contact: 'sip:home1@10.0.0.5:5062', source });
    await clock.move(119_999);
    expect(await bound()).toBeDefined();
    await clock.move(1);
    expect(await bound()).toBeUndefined();
  });

  it('without credentials is challenged, and changes nothing', async () => {
    const { send, bound } = registrar();
    const answer = await send({ Authorization: 'Basic bm8=' });
    expect(answer?.status).toBe(401);
    expect(answer?.headers['WWW-Authenticate']).toMatch(/^Digest /);
    expect(await bound()).toBeUndefined();
  });

  it('for somebody else is refused, and the log says from where', async () => {
    const { send, bound, logged } = registrar();
    expect(await send({ To: '<sip:home2@homeline>' })).toEqual({ status: 403, headers: {} });
    expect(logged).toMatchObject([{ level: 'warn', fields: { status: 403, from: { address: '198.51.100.7' } } }]);
    expect(await bound()).toBeUndefined();
  });

  it('for too short a time is told the shortest', async () => {
    expect(await registrar().send({ Expires: '5' })).toEqual({ status: 423, headers: { 'Min-Expires': '60' } });
  });

  it('that asks what is bound is told so, and changes nothing', async () => {
    const { send, bound, clock } = registrar();
    const ask = { Contact: '', CSeq: '2 REGISTER' };
    expect(await send(ask)).toEqual({ status: 200, headers: {} });
    await send();
    await clock.move(600_500);
    const headers = { Contact: '<sip:home1@10.0.0.5:5062>;expires=3000' };
    expect(await send(ask)).toEqual({ status: 200, headers });
    expect(await bound()).toBeDefined();
  });

  it('that unbinds another contact is told which one stays', async () => {
    const { send, bound } = registrar();
    await send();
    const other = { Contact: '<sip:home1@10.0.0.6>', Expires: '0', CSeq: '2 REGISTER' };
    const headers = { Contact: '<sip:home1@10.0.0.5:5062>;expires=3600' };
    expect(await send(other)).toEqual({ status: 200, headers });
    expect(await bound()).toBeDefined();
  });

  it('that unbinds removes the binding', async () => {
    const { send, bound } = registrar();
    await send();
    expect(await send({ Expires: '0', CSeq: '2 REGISTER' })).toEqual({ status: 200, headers: {} });
    expect(await bound()).toBeUndefined();
  });

  it('that a later one overtook changes nothing', async () => {
    const { send, bound } = registrar();
    await send({ CSeq: '7 REGISTER' });
    expect(await send({ CSeq: '6 REGISTER', Expires: '0' })).toEqual({ status: 500, headers: {} });
    expect(await bound()).toBeDefined();
  });

  it('that a later one overtakes while we look changes nothing, and is to be sent again', async () => {
    const { send, bound, platform, logged } = registrar();
    await send({ CSeq: '7 REGISTER' });
    // What another process has written since is not seen by the look, but by the write.
    const before = new Proxy(db, {
      get: (target, name) => {
        if (name === 'selectFrom')
          return (table: 'registration') =>
            table === 'registration' ? db.selectFrom(table).where('username', '=', '') : db.selectFrom(table);
        const own: unknown = Reflect.get(target, name);
        return typeof own === 'function' ? (own.bind(target) as unknown) : own;
      },
    });
    const overtaken = { CSeq: '6 REGISTER', Contact: '<sip:home1@10.0.0.6>' };
    expect(await send(overtaken, { ...platform, db: before })).toEqual({ status: 500, headers: {} });
    expect((await bound())?.contact).toBe('sip:home1@10.0.0.5:5062');
    expect(logged.at(-1)).toMatchObject({ level: 'warn', text: 'a registration was overtaken by a later one' });
  });

  it('of who guessed passwords waits, and is told how long', async () => {
    const { send, clock } = registrar();
    const wrong = { Authorization: '' };
    wrong.Authorization =
      authorization(
        new Door(playedPlatform(db).platform).challenge(false),
        { method: 'REGISTER', uri: 'sip:homeline' },
        { username: 'home1', password: 'a guess' },
      ) ?? '';
    for (let tried = 0; tried < 4; tried++) expect((await send(wrong))?.status).toBe(401);
    expect(await send()).toEqual({ status: 403, headers: { 'Retry-After': '1' } });
    await clock.move(1_000);
    expect((await send())?.status).toBe(200);
  });

  it('while the database is away is to come again in ten seconds', async () => {
    const { send, platform, logged } = registrar();
    const away = openDatabase('postgres://127.0.0.1:1/nowhere', { connectMs: 500 });
    expect(await send({}, { ...platform, db: away })).toEqual({ status: 503, headers: { 'Retry-After': '10' } });
    await away.destroy();
    expect(logged).toMatchObject([{ level: 'error', text: 'a registration failed' }]);
  });

  it('that meets a fault of ours is told that, and no more', async () => {
    const { send, platform } = registrar();
    const clock = { ...platform.clock, now: () => { throw new Error('a mistake'); } }; // prettier-ignore
    expect(await send({}, { ...platform, clock })).toEqual({ status: 500, headers: {} });
  });
});
