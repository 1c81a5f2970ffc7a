import type { FastifyInstance } from 'fastify';
import { Home, otherThan, PASSWORD } from '#accounts/identity/testing/home.ts';
import { startTestDatabase, type TestDatabase } from '#db/testing.ts';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { apiServer } from '../server.ts';
import { LIMITS } from './limits.ts';
import { imageRoutes } from './image.ts';

vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 });

let database: TestDatabase;
let server: FastifyInstance;
let home: Home;
beforeAll(async () => {
  database = await startTestDatabase();
  home = new Home(database.db);
  const say = async (digits: string, language: string) => Buffer.from(`RIFF ${language} ${digits.length}`);
  server = apiServer({
    ...{ db: database.db, token: 'a-token-that-nobody-guesses', health: async () => 'ok' },
    ...{ metrics: { contentType: 'text/plain', metrics: async () => '' } },
    identity: { ...(await home.deps()), images: { say } },
  });
});
afterAll(async () => {
  await server.close();
  await database.stop();
});

const at = '/v1/verification-images';
const ask = (method: 'GET' | 'POST', url: string, payload?: object, remoteAddress = '10.0.0.1') =>
  server.inject({ method, url, remoteAddress, ...(payload && { payload }) });
const codeOf = ({ statusCode, body }: Awaited<ReturnType<typeof ask>>) => [
  statusCode,
  (JSON.parse(body) as { type?: string }).type?.replace('urn:homeline:problem:', ''),
];
async function shown() {
  const answer = await ask('POST', at);
  expect([answer.statusCode, answer.headers['cache-control']]).toEqual([201, 'no-store']);
  return imageRoutes[0]?.answers[201]?.parse(answer.json()) as { id: string; image: string };
}

test('a picture is shown, said aloud, and read by who registers', async () => {
  const { id, image } = await shown();
  expect(Buffer.from(image.replace('data:image/png;base64,', ''), 'base64').subarray(1, 4).toString()).toBe('PNG');
  const sound = await ask('GET', `${at}/${id}/sound?language=es`);
  expect([sound.statusCode, sound.headers['content-type'], sound.body]).toEqual([200, 'audio/wav', 'RIFF es 6']);
  const email = 'rosa@example.com';
  const registration = { email, emailAgain: email, password: PASSWORD, passwordAgain: PASSWORD, language: 'en' };
  const register = (over: object = {}) => ask('POST', '/v1/identity/registrations', { ...registration, ...over });
  const digits = home.keys.imageDigits(id);
  expect(codeOf(await register())).toEqual([422, 'image-needed']);
  expect(codeOf(await register({ image: { id, digits: otherThan(digits) } }))).toEqual([422, 'image-wrong']);
  expect((await register({ image: { id, digits: '12345' } })).statusCode).toBe(400);
  expect((await register({ image: { id, digits } })).statusCode).toBe(201);
  expect(codeOf(await register({ image: { id, digits } }))).toEqual([422, 'image-over']);
  expect(codeOf(await ask('GET', `${at}/${id}/sound`))).toEqual([404, 'image-unknown']);
});

test('the answer tells nothing of the digits beside the picture', async () => {
  const answer = await ask('POST', at);
  const { id } = answer.json<{ id: string }>();
  const digits = home.keys.imageDigits(id);
  expect(answer.body).not.toContain(digits);
  expect(JSON.stringify(answer.headers)).not.toContain(digits);
  const rows = await database.db.selectFrom('verificationImage').selectAll().where('id', '=', id).execute();
  expect(JSON.stringify(rows)).not.toContain(digits);
});

test('one network is shown so many an hour, and hears as many', async () => {
  const { most } = LIMITS.image;
  const knocks = await Promise.all(
    Array.from({ length: most + 1 }, () => ask('GET', `${at}/x/sound`, undefined, '10.9.9.9')),
  );
  expect(knocks.filter(({ statusCode }) => statusCode === 429)).toHaveLength(1);
  expect((await ask('POST', at, undefined, '10.9.9.9')).statusCode).toBe(429);
  expect((await ask('GET', `${at}/x/sound`)).statusCode).toBe(400);
});
