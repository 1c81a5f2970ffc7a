import { randomUUID } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect } from 'vitest';
import { addMember } from '#accounts/staff/member.ts';
import { openAccount } from '#db/accounts.ts';
import { ha1Of, saveCredentials } from '#db/credentials.ts';
import { saveAgent } from '#db/desk/agents.ts';
import { openEntries } from '#db/desk/entries.ts';
import { beginMessage, findMessage, keepMessage } from '#db/desk/messages.ts';
import type { Language } from '#flows/language.ts';
import type { PromptKey, Value } from '#flows/prompt.ts';
import { holdMusicFile } from '#media/music/hold-music.ts';
import { writeSound } from '#media/prompts/sound.ts';
import { hashFile } from '#media/recordings/file.ts';
import { staffOf } from '#processes/staff-deps.ts';
import { chromiumBrowser, ensureDebian } from './clients/apt.ts';
import { FOR_CALLS, startChromium } from './clients/chromium.ts';
import { Cord } from './console/cord.ts';
import { PASSWORD } from './console/house.ts';
import { familyHears, PAGE_HERTZ, PagePhone } from './console/page-phone.ts';
import { toneWav } from './console/tone-wav.ts';
import { castOf } from './leak-hunt/cast.ts';
import { searchFiles } from './leak-hunt/files.ts';
import { judge } from './leak-hunt/finding.ts';
import { searchRows } from './leak-hunt/rows.ts';
import { Search } from './leak-hunt/search.ts';
import { nextCall } from './phone/house.ts';
import type { OutgoingCall } from './phone/outgoing-call.ts';
import { Phone } from './phone/phone.ts';
import { babble, keyTones, repeated, silence, tone } from './phone/sound.ts';
import { ownServers } from './stage.ts';
import { wholeCalls } from './whole-calls.ts';

/*
 * An agent's telephone is the page in Chromium: it is rung, answers, holds, and passes the caller on to a telephone that stands on a table. With
 * ENGINE=drachtio SOFTPHONE_URL says where that server listens for WebSockets.
 */

const { SOFTPHONE_URL } = process.env;
const number = '+18669490290';
const family = '+12135550142';
/** Of those who are talked with in English, beside what is played in Spanish. */
const payer = '+12135550143';
const password = 'of the desk';
const [FAMILY_HERTZ, MESSAGE_HERTZ] = [600, 750];
const accountId = '5f0c2a52-6a9d-4d0e-8f3c-0c6a5f0e1a03';
/** What is typed in a talk. */
const { payments, secrets } = castOf(1, 0, 872);

const cord = await Cord.lay();
if (!ownServers && SOFTPHONE_URL !== undefined) cord.leadTo(Number(new URL(SOFTPHONE_URL).port));

let folder: string;
let chromium: Awaited<ReturnType<typeof startChromium>>;
beforeAll(async () => {
  const installed = await ensureDebian([chromiumBrowser]);
  if (installed.kind === 'missing') throw new Error(installed.message);
  folder = await mkdtemp(join(tmpdir(), 'homeline-microphone-'));
  const microphone = join(folder, 'microphone.wav');
  await writeFile(microphone, toneWav(PAGE_HERTZ, 10));
  chromium = await startChromium([...FOR_CALLS, `--use-file-for-fake-audio-capture=${microphone}`]);
}, 120_000);
afterAll(async () => {
  await chromium?.close();
  await cord.close();
  await rm(folder, { recursive: true, force: true });
});

const { call, stage } = wholeCalls({
  environment: { FAMILY_LINE_NUMBER: number, SIP_WS_PORT: '0', SOFTPHONE_URL: cord.url },
  // One agent takes calls in Spanish, and one in English.
  atOnce: 2,
  prepare: async (db, config) => {
    const now = new Date();
    for (const [id, extension, username, language] of [
      ['ana', '201', 'desk1', 'es'],
      ['eva', '202', 'desk2', 'es'],
      ['max', '203', 'desk4', 'en'],
      ['sol', '300', 'desk3', 'en'],
    ] as const) {
      const supervisor = id === 'sol';
      await saveAgent(db, { id, name: id, extension, languages: [language], supervisor, active: true }, now);
      const { SIP_REALM: realm } = config;
      await saveCredentials(db, { username, realm, ha1: ha1Of(username, realm, password), agentId: id });
    }
    const ana = { username: 'ana', name: 'Ana Torres', role: 'agent', agentId: 'ana', language: 'en' } as const;
    const sol = { username: 'sol', name: 'Sol Rivera', role: 'supervisor', agentId: 'sol', language: 'en' } as const;
    const max = { ...ana, username: 'max', name: 'Max Ortega', agentId: 'max' } as const;
    for (const member of [ana, max, sol])
      await addMember(db, await staffOf(config), { kind: 'command' }, { ...member, password: PASSWORD });
    await openAccount(db, { id: accountId, numbers: [payer], at: now });
    // At whatever hour this is played.
    for (let weekday = 1; weekday <= 7; weekday++)
      await db
        .insertInto('deskHours')
        .values({ inForceFrom: '2026-01-02', weekday, opens: '00:00', closes: '24:00' })
        .execute();
  },
});

/** A call to the 866 line that asks for an agent. */
const asksForAgent = async (language: Language = 'es'): Promise<OutgoingCall> => {
  const { sip } = stage().system;
  const who = language === 'es' ? family : payer;
  const headers = { 'P-Asserted-Identity': `<sip:${who}@carrier.example>` };
  const line = stage().carrier.dial(`sip:${number}@${sip.host}:${sip.port}`, { headers });
  expect(await line.answered).toBe(true);
  await line.press(language === 'es' ? '20' : '10');
  return line;
};

const hears = async (language: Language, { ear }: OutgoingCall, key: PromptKey, values: Record<string, Value> = {}) =>
  expect(await ear.waitFor(await stage().sound(language, key, values))).toBeDefined();

const openOf = async (who: string) => (await openEntries(stage().system.db)).filter((entry) => entry.number === who);

const atPage = async (username: string): Promise<PagePhone> => {
  const { supervisor } = stage().system;
  if (ownServers) cord.leadTo(supervisor.ports('sip')['ws'] ?? 0);
  return PagePhone.signedIn(chromium, `http://127.0.0.1:${supervisor.ports('api')['http']}`, username);
};

call(
  'an agent answers in the page, holds the caller with music, and passes them on to a telephone',
  { timeoutMs: 60_000 },
  async () => {
    const { db, sip, config } = stage().system;
    const table = await Phone.start({ name: 'desk2', domain: sip.host, digest: { username: 'desk2', password } });
    expect((await table.register(`sip:${sip.host}:${sip.port}`)).status).toBe(200);
    const ana = await atPage('ana');
    const { loaded, page, panel, visit } = ana;
    try {
      await panel.getByText('no call can reach you').waitFor();
      expect(loaded.some((url) => url.includes('sip-phone'))).toBe(false);
      await ana.turnOn();
      await ana.takeCalls();

      const line = await asksForAgent();
      const answer = panel.getByRole('button', { name: 'Answer' });
      await answer.waitFor();
      await panel.getByText('+1 213 555 0142').waitFor();
      expect(await page.title()).toMatch(/^☎ /);
      expect(await visit.violations()).toEqual([]);
      await page.keyboard.press('t');

      void line.speak(repeated(tone({ hz: FAMILY_HERTZ, ms: 1_000 })));
      await ana.hears(FAMILY_HERTZ);
      await familyHears(line, true);
      expect(await page.title()).not.toMatch(/^☎ /);
      expect(await openOf(family)).toMatchObject([{ state: 'talking', agentId: 'ana' }]);

      const held = performance.now();
      await page.keyboard.press('h');
      await panel.getByText('On hold, with music').waitFor();
      const music = await holdMusicFile(config.PROMPT_FOLDER);
      expect(await line.ear.waitFor(music, { until: 'start', from: held })).toBeDefined();
      await ana.hears(0);
      expect(await visit.violations()).toEqual([]);
      await page.keyboard.press('h');
      await familyHears(line, true);
      await ana.hears(FAMILY_HERTZ);

      await page.keyboard.press('m');
      await familyHears(line, false);
      await page.keyboard.press('m');
      await familyHears(line, true);

      const rings = nextCall(table);
      await panel.getByRole('button', { name: 'Transfer' }).press('Enter');
      const dialog = page.locator('dialog[open]');
      await dialog.getByLabel('eva · 202').check();
      await dialog.getByLabel('For whoever takes it').fill('wants to pay');
      expect(await visit.violations()).toEqual([]);
      await dialog.getByRole('button', { name: 'Pass on' }).press('Enter');
      expect(await line.ear.waitFor(await stage().sound('es', 'hold.put-through'))).toBeDefined();
      const ringing = await rings;
      expect(await ringing.answer()).toBe(true);
      expect(await ringing.ear.waitFor(await stage().sound('es', 'desk.take'))).toBeDefined();
      await ringing.press('1');

      await panel.getByText('After the call with').waitFor();
      await panel.getByRole('button', { name: 'Payment' }).press('Enter');
      await panel.locator('button[aria-pressed=true]', { hasText: 'Payment' }).waitFor();
      const coded = db.selectFrom('deskEntry').select(['outcome', 'agentId']).where('code', '=', '1');
      expect(await coded.execute()).toEqual([{ outcome: 'talked', agentId: 'ana' }]);

      void line.speak(silence(20));
      const said = babble({ ms: 500, seed: 7_500 });
      void ringing.speak(repeated(said));
      expect(await line.ear.waitFor(said)).toBeDefined();
      expect(await openOf(family)).toMatchObject([{ state: 'talking', agentId: 'eva', number: family }]);
      await ringing.hangup();
      expect(await line.ear.waitFor(await stage().sound('es', 'line.goodbye'))).toBeDefined();
      await panel.getByRole('button', { name: 'Turn off' }).press('Enter');
      const registered = () =>
        db
          .selectFrom('registration')
          .innerJoin('credential', 'credential.username', 'registration.username')
          .select('registration.username')
          .where('credential.agentId', '=', 'ana')
          .where('registration.username', 'like', 'page-%')
          .execute();
      await expect.poll(registered).toEqual([]);
      expect(visit.wrong).toEqual([]);
    } finally {
      await visit.end();
      await table.stop();
    }
  },
);

call(
  'a supervisor in their page listens, whispers, joins and leaves; a card is taken from the page, which neither hears nor shows it',
  { long: true },
  async () => {
    const { db, config } = stage().system;
    const [max, sol] = await Promise.all([atPage('max'), atPage('sol')]);
    try {
      await Promise.all([max.turnOn(), sol.turnOn()]);
      await max.takeCalls();
      const line = await asksForAgent('en');
      await max.answer();
      void line.speak(repeated(tone({ hz: FAMILY_HERTZ, ms: 1_000 })));
      await max.hears(FAMILY_HERTZ);
      await max.page.keyboard.press('m');

      const talk = sol.page.locator('tr', { hasText: 'max' });
      await talk.getByRole('button', { name: 'Listen …' }).press('Enter');
      await sol.page.locator('dialog[open]').getByRole('button', { name: 'Listen' }).press('Enter');
      await sol.answer();
      await sol.says('max’s talk. You hear both; nobody hears you.');
      await sol.hears(FAMILY_HERTZ);
      expect(await sol.visit.violations()).toEqual([]);
      void line.speak(silence(20));
      await max.hears(0);
      const alone = performance.now();
      await sol.press('Whisper');
      await sol.says('only the agent hears you');
      await max.hears(PAGE_HERTZ);
      expect(line.ear.level(alone, performance.now())).toBeLessThan(-60);
      await sol.press('Join');
      await familyHears(line, true);
      await sol.press('Listen');
      await familyHears(line, false);
      await max.hears(0);
      await sol.press('Leave');
      await sol.panel.getByRole('button', { name: 'End the call' }).waitFor({ state: 'detached' });
      const listenings = db.selectFrom('deskListening').select(['supervisorId', 'mode']).where('until', 'is', null);
      await expect.poll(() => listenings.execute()).toEqual([]);

      await max.panel.locator('.who-calls a').last().press('Enter');
      await max.page.getByRole('button', { name: 'Take a card payment' }).press('Enter');
      const dialog = max.page.locator('dialog[open]');
      await dialog.getByLabel('Amount in dollars').fill('25');
      await dialog.locator('button[type=submit]').press('Enter');
      await max.says('The caller types a card');
      await hears('en', line, 'card.number');
      await max.watchKeys();
      // A key that is a sound in the caller's room.
      void line.speak(repeated(keyTones('5', 200)));
      const { number: digits, expiry, cvv, postalCode } = payments[0]!.card;
      await line.press(`${digits}${expiry}${cvv}${postalCode}`);
      await hears('en', line, 'pay.fee');
      expect(await max.keysHidden()).toBeGreaterThan(20);
      const shown = [await max.page.content()];
      await line.press('1');
      await hears('en', line, 'pay.done', { amount: { kind: 'money', cents: 2_500 } });
      await max.says('The payment is made: $25.00');
      expect(await max.visit.violations()).toEqual([]);
      const deposits = db.selectFrom('deposit').select(['agentId', 'channel', 'cents', 'state', 'callingNumber']);
      expect(await deposits.where('accountId', '=', accountId).execute()).toEqual([
        { agentId: 'max', channel: 'agent', cents: '2500', state: 'captured', callingNumber: payer },
      ]);
      await max.page.keyboard.press('m');
      await familyHears(line, true);
      await max.press('End the call');
      await hears('en', line, 'line.goodbye');

      const search = new Search(secrets, []);
      await searchRows(search, db);
      await searchFiles(search, config.VAR_FOLDER);
      for (const one of [max, sol]) {
        shown.push(await one.page.content(), ...one.told);
        shown.push(await one.page.evaluate('JSON.stringify([{ ...localStorage }, { ...sessionStorage }])'));
        expect(one.visit.wrong).toEqual([]);
      }
      search.text('what the pages had', shown.join('\n'));
      expect(judge(search.findings, search.others).leaks).toEqual([]);
    } finally {
      await Promise.all([max.visit.end(), sol.visit.end()]);
    }
  },
);

call(
  'voice messages are heard in the page; its connection breaks while it waits and in talks, which go on, and calls reach it again',
  { timeoutMs: 60_000 },
  async () => {
    const { db } = stage().system;
    const message = await leftMessage();
    const ana = await atPage('ana');
    cord.spare();
    const broken = 'The phone server does not answer. Trying again …';
    try {
      await ana.turnOn();
      await ana.takeCalls();
      await ana.press('Voice messages (1)');
      await ana.hears(MESSAGE_HERTZ);
      expect(await ana.visit.violations()).toEqual([]);
      await ana.press('Done (1)');
      await expect.poll(() => findMessage(db, message)).toMatchObject({ state: 'done', agentId: 'ana' });
      await ana.panel.getByRole('button', { name: 'End the call' }).waitFor({ state: 'detached' });
      const state = () => db.selectFrom('agent').select('state').where('id', '=', 'ana').executeTakeFirst();
      await expect.poll(state).toEqual({ state: 'ready' });

      cord.cut();
      await ana.says(broken);
      cord.mend();
      await ana.says('Calls ring in this page.');
      const first = await asksForAgent();
      await ana.answer();
      void first.speak(repeated(tone({ hz: FAMILY_HERTZ, ms: 1_000 })));
      await ana.hears(FAMILY_HERTZ);
      cord.cut();
      await ana.says(broken);
      await ana.says('The talk goes on');
      void first.speak(repeated(tone({ hz: MESSAGE_HERTZ, ms: 1_000 })));
      await ana.hears(MESSAGE_HERTZ);
      await familyHears(first, true);
      cord.mend();
      await ana.says('Calls ring in this page.');
      await ana.press('End the call');
      await hears('es', first, 'line.goodbye');
      await ana.says('After the call with');

      await ana.takeCalls();
      const second = await asksForAgent();
      await ana.answer();
      await familyHears(second, true);
      cord.cut();
      await ana.says(broken);
      // What the server says of it now reaches nobody.
      await second.hangup();
      await expect.poll(() => openOf(family)).toEqual([]);
      cord.mend();
      await ana.says('Calls ring in this page.');
      await ana.panel.getByRole('button', { name: 'End the call' }).waitFor({ state: 'detached' });
      expect(ana.visit.wrong.filter((line) => !line.includes('WebSocket connection'))).toEqual([]);
    } finally {
      cord.mend();
      await ana.visit.end();
    }
  },
);

/** Of a family, in the spool; its id. */
async function leftMessage(): Promise<string> {
  const { db } = stage().system;
  const [id, callId, at] = [randomUUID(), randomUUID(), new Date()];
  const spoolPath = join(folder, `${callId}.wav`);
  const wave = ({ length }: { length: number }) =>
    new Float32Array(length).map((_, n) => 0.3 * Math.sin((2 * Math.PI * MESSAGE_HERTZ * n) / 8_000));
  await writeFile(spoolPath, writeSound({ rate: 8_000, samples: wave({ length: 24_000 }) }));
  const known = { id, callId, language: 'es', callingNumber: family, accountId: undefined } as const;
  await beginMessage(db, { ...known, keepDays: 90, at });
  const sound = { ...(await hashFile(spoolPath)), spoolPath, seconds: 3, number: family, recordedAt: at };
  await keepMessage(db, callId, sound, at);
  return id;
}
