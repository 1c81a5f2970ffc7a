import { connect } from 'node:net';
import type { AddressInfo } from 'node:net';
import { CONSENT } from '#accounts/documents/consent.ts';
import { DarkroomBusy } from '#accounts/documents/darkroom.ts';
import { LARGEST_BYTES } from '#accounts/documents/picture.ts';
import { picture } from '#accounts/documents/testing/pictures.ts';
import { bomb } from '#accounts/documents/testing/spoilt.ts';
import { afterAll, afterEach, beforeAll, expect, test, vi } from 'vitest';
import { Household, type Family } from './testing/household.ts';

vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 });

let household: Household;
let jpeg: Buffer;
beforeAll(async () => {
  household = await Household.open();
  jpeg = await picture('jpeg');
});
afterEach(() => {
  household.review = 'manual';
  household.store.away = false;
});
afterAll(() => household.close());

const send = async (family: Family, side: string, bytes: Buffer, type = 'image/jpeg', headers = {}) => {
  const answer = await family.bytes('PUT', `/v1/me/documents/${side}`, bytes, { 'content-type': type, ...headers });
  const { type: kind = '', faults = [] } = answer.json<{ type?: string; faults?: string[] }>();
  return [answer.statusCode, kind.replace('urn:homeline:problem:', ''), ...faults];
};
async function agreed(): Promise<Family> {
  const family = await household.family();
  await family.told('PUT', '/v1/me/documents/consent', { version: CONSENT.version, language: 'en' });
  return family;
}
const stateOf = async (family: Family) => {
  const me = await family.send('GET', '/v1/me');
  return me.json<{ identification: { state: string } }>().identification.state;
};

test('a family agrees, sends three pictures, and waits; nothing else of theirs waits', async () => {
  const family = await household.family();
  const shown = await family.told('GET', '/v1/me/documents');
  expect(shown.body).toEqual({
    state: 'none',
    pictures: [],
    consent: { version: CONSENT.version, ...CONSENT.wordings },
  });
  expect(await send(family, 'front', jpeg)).toEqual([409, 'documents-consent-needed']);
  const outdated = await family.told('PUT', '/v1/me/documents/consent', { version: 'x', language: 'en' });
  expect([outdated.status, outdated.code]).toEqual([409, 'documents-consent-outdated']);
  expect((await family.told('PUT', '/v1/me/documents/consent', { version: CONSENT.version, language: 'es' })).status).toBe(200); // prettier-ignore
  const submit = () => family.told('POST', '/v1/me/documents/submission');
  expect((await submit()).code).toBe('documents-incomplete front back photo');
  for (const side of ['front', 'back', 'photo']) expect((await send(family, side, jpeg))[0]).toBe(200);
  expect(await stateOf(family)).toBe('open');
  const { body } = await submit();
  expect(body).toEqual({ state: 'in-review' });
  expect((await submit()).body).toEqual(body);
  expect(await stateOf(family)).toBe('in-review');
  const now = household.home.at.toISOString();
  const sent = { width: 800, height: 600, sentAt: now };
  expect((await family.told('GET', '/v1/me/documents')).body).toEqual({
    state: 'in-review',
    pictures: ['back', 'front', 'photo'].map((side) => ({ side, ...sent })),
    consent: { version: CONSENT.version, ...CONSENT.wordings, given: { language: 'es', at: now } },
  });
  expect(await send(family, 'front', jpeg)).toEqual([409, 'documents-in-review']);
  // Who is not approved has an account, and pays.
  expect((await family.enrolled()).accountNumber).toMatch(/^1/);
});

test('where the policy is so they are approved at once, and asked no more', async () => {
  household.review = 'automatic';
  const family = await agreed();
  for (const side of ['front', 'back', 'photo']) await send(family, side, jpeg);
  expect((await family.told('POST', '/v1/me/documents/submission')).body).toEqual({ state: 'approved' });
  expect(await send(family, 'photo', jpeg)).toEqual([409, 'documents-approved']);
  expect(await stateOf(family)).toBe('approved');
});

test('what is no picture that is taken is refused with why', async () => {
  const family = await agreed();
  expect(await send(family, 'front', await picture('png'))).toEqual([422, 'picture-faulty', 'not-as-declared']);
  expect(await send(family, 'front', await picture('png'), 'IMAGE/PNG; x=y')).toEqual([200, '']);
  expect(await send(family, 'front', bomb(10_000), 'image/png')).toEqual([422, 'picture-faulty', 'too-many-pixels']);
  expect(await send(family, 'front', await picture('jpeg', { width: 500, height: 500 }))).toEqual([422, 'picture-faulty', 'too-small']); // prettier-ignore
  expect(await send(family, 'front', jpeg, 'image/heic')).toEqual([415, 'picture-heic']);
  for (const type of ['image/gif', 'text/html', 'application/json', 'image/svg+xml', 'image/jpegs'])
    expect(await send(family, 'front', jpeg, type)).toEqual([415, 'picture-type']);
  expect(await send(family, 'front', Buffer.alloc(0))).toEqual([415, 'picture-type']);
  expect((await send(family, 'left', jpeg))[0]).toBe(400);
  expect((await household.ask('PUT', '/v1/me/documents/front')).statusCode).toBe(401);
});

test('a picture that is too large is refused by what it says of its length, before any of it is read', async () => {
  const family = await agreed();
  const all = household.store.objects.size;
  expect((await send(family, 'front', Buffer.concat([jpeg], LARGEST_BYTES + 1)))[0]).toBe(413);
  expect(household.store.objects.size).toBe(all);
});

test('one that does not say how long it is is read no further than it may be, one that lies about it not at all', async () => {
  const family = await agreed();
  await household.server.listen({ host: '127.0.0.1', port: 0 });
  const { port } = household.server.server.address() as AddressInfo;
  const head = `PUT /v1/me/documents/front HTTP/1.1\r\nhost: x\r\nauthorization: Bearer ${family.who.accessToken}\r\ncontent-type: image/jpeg\r\n`; // prettier-ignore
  const begun = async (rest: string, keepOn: boolean) => {
    const socket = connect(port, '127.0.0.1');
    let [sent, heard] = [0, ''];
    const over = new Promise<void>((resolve) => socket.once('close', () => resolve()));
    socket.on('error', () => undefined);
    socket.on('data', (bytes: Buffer) => {
      heard += bytes.toString('latin1');
      if (heard.includes('\r\n\r\n')) socket.end();
    });
    socket.write(head + rest);
    const piece = Buffer.concat([Buffer.from('10000\r\n'), Buffer.alloc(65_536, 1), Buffer.from('\r\n')]);
    while (keepOn && !heard && sent < 3 * LARGEST_BYTES && !socket.destroyed) {
      sent += 65_536;
      if (!socket.write(piece)) await new Promise((resolve) => (socket.once('drain', resolve), socket.once('close', resolve))); // prettier-ignore
      await new Promise(setImmediate);
    }
    await over;
    return { status: Number(heard.slice(9, 12)), sent };
  };
  const chunked = await begun('transfer-encoding: chunked\r\n\r\n', true);
  expect(chunked.status).toBe(413);
  expect(chunked.sent).toBeLessThan(2 * LARGEST_BYTES);
  expect((await begun(`content-length: ${LARGEST_BYTES + 1}\r\n\r\n`, false)).status).toBe(413);
  // Two lengths, and a length beside pieces, are how requests are smuggled (RFC 9112 §6.3).
  expect((await begun('content-length: 4\r\ncontent-length: 5\r\n\r\nabcd', false)).status).toBe(400);
  expect((await begun('content-length: 4\r\ntransfer-encoding: chunked\r\n\r\nabcd', false)).status).toBe(400);
});

test('storage that is away is told, with when to come again, and nothing has changed', async () => {
  const family = await agreed();
  household.store.away = true;
  const answer = await family.bytes('PUT', '/v1/me/documents/front', jpeg, { 'content-type': 'image/jpeg' });
  expect([answer.statusCode, answer.headers['retry-after']]).toEqual([503, '60']);
  expect(answer.body).toContain('documents-away');
  household.store.away = false;
  expect((await family.told('GET', '/v1/me/documents')).body).toMatchObject({ state: 'open', pictures: [] });
});

test('while too many pictures wait to be decoded, whoever sends one is told when to come again', async () => {
  const { house } = household;
  const { documents } = house;
  const family = await agreed();
  const busy = { remake: () => Promise.reject(new DarkroomBusy('Too many.')) };
  Object.assign(house, { documents: { ...documents, darkroom: busy } });
  const answer = await family.bytes('PUT', '/v1/me/documents/front', jpeg, { 'content-type': 'image/jpeg' });
  expect([answer.statusCode, answer.headers['retry-after']]).toEqual([503, '60']);
  expect(answer.body).toContain('documents-busy');
  Object.assign(house, { documents });
});

test('nobody sees or sends another’s', async () => {
  const [one, other] = [await agreed(), await agreed()];
  await send(one, 'front', jpeg);
  expect((await other.told('GET', '/v1/me/documents')).body).toMatchObject({ pictures: [] });
});

test('a house without a place for pictures says so', async () => {
  const { house } = household;
  const { documents } = house;
  const family = await agreed();
  Object.assign(house, { documents: undefined });
  expect(await send(family, 'front', jpeg)).toEqual([503, 'documents-not-here']);
  Object.assign(house, { documents });
});

test('the description says which bytes are taken', async () => {
  const { paths } = (await household.ask('GET', '/openapi.json')).json<{
    paths: Record<string, Record<string, { requestBody?: { content: object } }>>;
  }>();
  const { requestBody } = paths['/v1/me/documents/{side}']?.['put'] ?? {};
  expect(Object.keys(requestBody?.content ?? {})).toEqual(['image/jpeg', 'image/png', 'image/webp']);
});
