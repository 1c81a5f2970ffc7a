import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { Failure, failureOf } from './failure.ts';

// Where the page is, as a browser knows when it loads it.
vi.stubGlobal('location', new URL('http://127.0.0.1/console/'));
const { background, bodyOf, client, listenToAnswers } = await import('./client.ts');

const heard: string[] = [];
let requests: Request[] = [];
let answer: () => Response | Promise<Response>;
let stop = (): void => undefined;

beforeEach(() => {
  requests = [];
  heard.length = 0;
  vi.stubGlobal('fetch', async (request: Request) => {
    requests.push(request);
    return answer();
  });
  stop = listenToAnswers({
    used: () => heard.push('used'),
    due: () => heard.push('due'),
    signedOut: ({ faults }) => heard.push(`out ${faults.join()}`),
  });
});
afterEach(() => {
  stop();
  vi.unstubAllGlobals();
});

const problem = (status: number, code: string, faults?: string[]) =>
  new Response(JSON.stringify({ type: `urn:homeline:problem:${code}`, detail: 'No.', ...(faults && { faults }) }), {
    status,
    headers: { 'content-type': 'application/problem+json' },
  });
const me = () => Response.json({ name: 'Ana' });
const search = (by = client) => bodyOf(by.GET('/v1/staff/search', { params: { query: { q: 'ana & co' } } }));

test('an answer is a use of the session; what is asked by itself is none, and says so', async () => {
  answer = () => Response.json({ results: [] });
  expect(await search()).toEqual({ results: [] });
  await search(background);
  expect(heard).toEqual(['used']);
  expect(requests.map(({ headers }) => headers.get('homeline-background'))).toEqual([null, '1']);
  expect(requests[0]?.url).toMatch(/\/v1\/staff\/search\?q=ana%20%26%20co$/);
});

test('a session that is over is told, with why; a wrong password is not taken for one', async () => {
  answer = () => problem(401, 'staff-session-needed', ['replaced']);
  await expect(search(background)).rejects.toMatchObject({ status: 401, isSignedOut: true });
  expect(heard).toEqual(['out replaced']);
  answer = () => problem(401, 'staff-credentials-wrong');
  const body = { username: 'ana', password: 'x' };
  await expect(bodyOf(client.POST('/v1/staff/sessions', { body }))).rejects.toMatchObject({
    code: 'staff-credentials-wrong',
    isSignedOut: false,
  });
  expect(heard).toEqual(['out replaced']);
});

test('what must be done first is told, whatever was asked; what a role may not do is not taken for it', async () => {
  for (const code of ['code-due', 'password-due']) {
    answer = () => problem(403, code);
    await expect(search(background)).rejects.toMatchObject({ code, isDue: true });
  }
  answer = () => problem(403, 'not-allowed', ['number.read']);
  await expect(search()).rejects.toMatchObject({ isDue: false, isSignedOut: false });
  expect(heard).toEqual(['due', 'due']);
});

test('a problem is a failure with its code and its words', async () => {
  answer = () => problem(409, 'not-active');
  const failure = await search().catch(failureOf);
  expect(failure).toMatchObject({ status: 409, code: 'not-active', message: 'No.', isPassing: false });
  answer = () => new Response('<html>', { status: 502 });
  expect(await search().catch(failureOf)).toMatchObject({ status: 502, code: undefined, isPassing: true });
  expect(heard).toEqual([]);
});

test('a server that is away is a failure that passes; who calls off what they asked hears of no failure', async () => {
  answer = () => Promise.reject(new TypeError('fetch failed'));
  expect(await search().catch(failureOf)).toMatchObject({ status: 0, isPassing: true });
  answer = () => Promise.reject(new DOMException('stop', 'AbortError'));
  await expect(search()).rejects.not.toBeInstanceOf(Failure);
});

test('an answer without a body is one', async () => {
  answer = () => new Response(null, { status: 204 });
  expect(await bodyOf(client.DELETE('/v1/staff/sessions/current'))).toBeUndefined();
  answer = me;
  expect(await bodyOf(client.GET('/v1/staff/me'))).toEqual({ name: 'Ana' });
});
