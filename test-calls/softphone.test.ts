import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, expect } from 'vitest';
import { addMember } from '#accounts/staff/member.ts';
import { ha1Of, saveCredentials } from '#db/credentials.ts';
import { saveAgent } from '#db/desk/agents.ts';
import { openEntries } from '#db/desk/entries.ts';
import { holdMusicFile } from '#media/music/hold-music.ts';
import { staffOf } from '#processes/staff-deps.ts';
import { chromiumBrowser, ensureDebian } from './clients/apt.ts';
import { FOR_CALLS, startChromium } from './clients/chromium.ts';
import { PASSWORD } from './console/house.ts';
import { Visit } from './console/visit.ts';
import { nextCall } from './phone/house.ts';
import type { OutgoingCall } from './phone/outgoing-call.ts';
import { Phone } from './phone/phone.ts';
import { babble, goertzel, loudness, repeated, silence, tone } from './phone/sound.ts';
import { toneWav } from './console/tone-wav.ts';
import { wholeCalls } from './whole-calls.ts';

/*
 * An agent's telephone is the page in Chromium: it is rung, answers, holds, and passes the caller on to a telephone that stands on a table. With
 * ENGINE=drachtio SOFTPHONE_URL says where that server listens for WebSockets.
 */

const { SOFTPHONE_URL } = process.env;
const number = '+18669490290';
const family = '+12135550142';
const password = 'of the desk';
const [PAGE_HERTZ, FAMILY_HERTZ] = [1000, 600];

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
  await rm(folder, { recursive: true, force: true });
});

const { call, stage } = wholeCalls({
  environment: { FAMILY_LINE_NUMBER: number, SIP_WS_PORT: '0', ...(SOFTPHONE_URL !== undefined && { SOFTPHONE_URL }) },
  prepare: async (db, config) => {
    const now = new Date();
    for (const [id, extension, username] of [
      ['ana', '201', 'desk1'],
      ['eva', '202', 'desk2'],
    ] as const) {
      await saveAgent(db, { id, name: id, extension, languages: ['es'], supervisor: false, active: true }, now);
      const { SIP_REALM: realm } = config;
      await saveCredentials(db, { username, realm, ha1: ha1Of(username, realm, password), agentId: id });
    }
    const ana = { username: 'ana', name: 'Ana Torres', role: 'agent', agentId: 'ana', language: 'en' } as const;
    await addMember(db, await staffOf(config), { kind: 'command' }, { ...ana, password: PASSWORD });
    // At whatever hour this is played.
    for (let weekday = 1; weekday <= 7; weekday++)
      await db
        .insertInto('deskHours')
        .values({ inForceFrom: '2026-01-02', weekday, opens: '00:00', closes: '24:00' })
        .execute();
  },
});

/** Before the page runs: what it hears is measured, and its microphone is not cleaned of tones, as those of people's rooms are. */
const listening = `
  const real = navigator.mediaDevices.getUserMedia.bind(navigator.mediaDevices);
  const plain = { echoCancellation: false, noiseSuppression: false, autoGainControl: false };
  navigator.mediaDevices.getUserMedia = () => real({ audio: plain });
  const audio = new AudioContext();
  const ear = audio.createAnalyser();
  ear.fftSize = 8192;
  const Real = RTCPeerConnection;
  window.RTCPeerConnection = class extends Real {
    constructor(...given) {
      super(...given);
      this.addEventListener('track', ({ track }) => audio.createMediaStreamSource(new MediaStream([track])).connect(ear));
    }
  };
  window.heard = () => {
    const levels = new Float32Array(ear.frequencyBinCount);
    ear.getFloatFrequencyData(levels);
    const at = levels.indexOf(Math.max(...levels));
    return levels[at] > -60 ? (at * audio.sampleRate) / ear.fftSize : 0;
  };`;

/** The strongest frequency that the page hears, within its measure; 0: silence. */
const pageHears = (page: Page, hertz: number) =>
  expect
    .poll(async () => Math.abs((await page.evaluate<number>('heard()')) - hertz), { interval: 100 })
    .toBeLessThan(hertz === 0 ? 1 : 20);

/** How much of what a family heard in the last moment is the page's tone. */
function isPageHeard({ ear }: OutgoingCall): boolean {
  const heard = ear.pcm(performance.now() - 400, performance.now());
  return loudness(heard) > -40 && goertzel(heard, PAGE_HERTZ) > loudness(heard) - 6;
}
const familyHears = (line: OutgoingCall, whether: boolean) =>
  expect.poll(() => isPageHeard(line), { interval: 50 }).toBe(whether);

call(
  'an agent answers in the page, holds the caller with music, and passes them on to a telephone',
  { timeoutMs: 60_000 },
  async () => {
    const { system, carrier } = stage();
    const { db, sip, config } = system;
    const table = await Phone.start({ name: 'desk2', domain: sip.host, digest: { username: 'desk2', password } });
    expect((await table.register(`sip:${sip.host}:${sip.port}`)).status).toBe(200);
    const address = `http://127.0.0.1:${system.supervisor.ports('api')['http']}`;
    const visit = await Visit.begin(chromium, address);
    const { page } = visit;
    try {
      await page.addInitScript(listening);
      const loaded: string[] = [];
      page.on('response', (response) => loaded.push(response.url()));
      await page.goto('/console/');
      await visit.signIn('ana');
      const panel = page.locator('.phone');
      await panel.getByText('no call can reach you').waitFor();
      expect(loaded.some((url) => url.includes('sip-phone'))).toBe(false);
      await panel.getByRole('button', { name: 'Telephone here' }).press('Enter');
      await panel.getByText('Calls ring in this page.').waitFor();
      await panel.getByRole('button', { name: 'Take calls' }).press('Enter');
      await panel.locator('button[aria-pressed=true]', { hasText: 'Take calls' }).waitFor();

      const headers = { 'P-Asserted-Identity': `<sip:${family}@carrier.example>` };
      const line = carrier.dial(`sip:${number}@${sip.host}:${sip.port}`, { headers });
      expect(await line.answered).toBe(true);
      await line.press('20');
      const answer = panel.getByRole('button', { name: 'Answer' });
      await answer.waitFor();
      await panel.getByText('+1 213 555 0142').waitFor();
      expect(await page.title()).toMatch(/^☎ /);
      expect(await visit.violations()).toEqual([]);
      await page.keyboard.press('t');

      void line.speak(repeated(tone({ hz: FAMILY_HERTZ, ms: 1_000 })));
      await pageHears(page, FAMILY_HERTZ);
      await familyHears(line, true);
      expect(await page.title()).not.toMatch(/^☎ /);
      expect(await openEntries(db)).toMatchObject([{ state: 'talking', agentId: 'ana' }]);

      const held = performance.now();
      await page.keyboard.press('h');
      await panel.getByText('On hold, with music').waitFor();
      const music = await holdMusicFile(config.PROMPT_FOLDER);
      expect(await line.ear.waitFor(music, { until: 'start', from: held })).toBeDefined();
      await pageHears(page, 0);
      expect(await visit.violations()).toEqual([]);
      await page.keyboard.press('h');
      await familyHears(line, true);
      await pageHears(page, FAMILY_HERTZ);

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
      expect(await openEntries(db)).toMatchObject([{ state: 'talking', agentId: 'eva', number: family }]);
      await ringing.hangup();
      expect(await line.ear.waitFor(await stage().sound('es', 'line.goodbye'))).toBeDefined();
      await panel.getByRole('button', { name: 'Turn off' }).press('Enter');
      const registered = () =>
        db.selectFrom('registration').select('username').where('username', 'like', 'page-%').execute();
      await expect.poll(registered).toEqual([]);
      expect(visit.wrong).toEqual([]);
    } finally {
      await visit.end();
      await table.stop();
    }
  },
);
