import { serviceKeyOf } from '#accounts/access/service-keys.ts';
import { auditRows } from '#db/staff/audit.ts';
import { startTestDatabase, type TestDatabase } from '#db/testing.ts';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { serviceKeyCommand } from './service-key-command.ts';

let now = new Date('2026-05-01T17:00:00Z');
let server: TestDatabase;
beforeAll(async () => {
  server = await startTestDatabase();
});
afterAll(() => server.stop());

async function run(line: string) {
  const [said, complained]: [string[], string[]] = [[], []];
  const code = await serviceKeyCommand(server.db, () => now, line.split(' '), {
    say: (text) => said.push(text),
    complain: (text) => complained.push(text),
  });
  return { code, out: said.join('\n'), err: complained.join('\n') };
}

test('a key is made, told once, listed, and taken back', async () => {
  expect((await run('list')).out).toContain('There is no key yet');
  const made = await run('make web --act block.place --act number.read --act number.read');
  const [, key = '', id = ''] =
    /^(hlk_[\w-]{43})\nThis is told once. It is good until 2027-05-01. Its id is ([\w-]+)\.$/.exec(made.out) ?? [];
  expect([made.code, made.err]).toEqual([0, '']);
  expect(await serviceKeyOf(server.db, key, now)).toMatchObject({
    ...{ kind: 'good', key: { id, name: 'web', acts: ['number.read', 'block.place'] } },
  });
  expect(await run('list')).toEqual({
    ...{ code: 0, err: '' },
    out: `${id}  web                  since 2026-05-01, ends 2027-05-01: number.read, block.place`,
  });
  expect(await run(`end ${id} --reason moved`)).toMatchObject({ code: 0, err: '' });
  expect(await serviceKeyOf(server.db, key, now)).toBeUndefined();
  expect((await run('list')).out).toContain('since 2026-05-01, taken back 2026-05-01: number.read');
  expect(await run(`end ${id}`)).toMatchObject({ code: 1, out: '' });
  const rows = await auditRows(server.db, { resource: 'service-key', most: 10 });
  expect(rows).toMatchObject([
    { act: 'key.end', byKind: 'command', resourceId: id, reason: 'moved', before: { name: 'web' }, after: null },
    { act: 'key.make', resourceId: id, before: null, after: { name: 'web', endsAt: '2027-05-01T17:00:00.000Z' } },
  ]);
  expect(JSON.stringify(rows)).not.toContain(key);
  expect(JSON.stringify(await server.db.selectFrom('serviceKey').selectAll().execute())).not.toContain(key);
});

test('a key is made for so many days, another of its name beside it, and the list says which ends when', async () => {
  const make = async (days: number) => (await run(`make pair --act call.read --days ${days}`)).out;
  const idOf = (out: string) => /until (.{10})\. Its id is (.+)\.$/.exec(out)?.slice(1) ?? [];
  const [first, one] = idOf(await make(40));
  const [second, two] = idOf(await make(730));
  expect([first, second]).toEqual(['2026-06-10', '2028-04-30']);
  const pair = async () => (await run('list')).out.split('\n').filter((line) => line.includes(' pair '));
  const line = (id: string | undefined, end: string) =>
    `${id}  pair                 since 2026-05-01, ${end}: call.read`;
  const lines = (end: string) => [line(one, end), line(two, 'ends 2028-04-30')].sort();
  expect(await pair()).toEqual(lines('ends 2026-06-10'));
  const begun = now;
  try {
    now = new Date('2026-05-11T16:59:59Z');
    expect(await pair()).toEqual(lines('ends 2026-06-10'));
    now = new Date('2026-05-11T17:00:00Z');
    expect(await pair()).toEqual(lines('ENDS SOON 2026-06-10'));
    now = new Date('2026-06-10T17:00:00Z');
    expect(await pair()).toEqual([line(two, 'ends 2028-04-30'), line(one, 'ended 2026-06-10')]);
    expect(await run(`end ${one}`)).toMatchObject({ code: 0 });
    expect((await pair())[1]).toBe(line(one, 'taken back 2026-06-10'));
  } finally {
    now = begun;
  }
});

test.each([
  ['make web --act call.read --days 0', 'days-out-of-range'],
  ['make web --act call.read --days 731', 'days-out-of-range'],
  ['make web --act call.read --days 1.5', 'days-out-of-range'],
  ['make web --act call.read --days year', 'days-out-of-range'],
  ['make web', 'acts-missing'],
  ['make web --act refund.decide', 'act-not-for-keys'],
  ['make web --act number.read --act everything', 'act-not-for-keys'],
  ['make', 'What is to be done?'],
  ['make web more --act number.read', 'What is to be done?'],
  ['make web --acts number.read', 'What is to be done?'],
  ['lend web', 'What is to be done?'],
  ['end', 'What is to be done?'],
  ['end web', 'There is no such key that is good'],
  ['end 7f3f8e0e-5e0e-4a4e-9a56-0a7a4c1a2b3c', 'There is no such key that is good'],
])('%s: %s', async (line, told) => {
  const answer = await run(line);
  expect(answer).toMatchObject({ code: 1, out: '' });
  expect(answer.err).toContain(told);
});

test('what it takes is told', async () => expect((await run('--help')).out).toMatch(/block\.place, block\.lift/));
