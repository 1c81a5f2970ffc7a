import { sql } from 'kysely';
import { expect } from 'vitest';
import { ha1Of, saveCredentials } from '#db/credentials.ts';
import { agentsAtDesk, saveAgent } from '#db/desk/agents.ts';
import { openEntries } from '#db/desk/entries.ts';
import { holdMusicFile } from '#media/music/hold-music.ts';
import type { Ear } from './phone/ear.ts';
import { nextCall } from './phone/house.ts';
import { Phone } from './phone/phone.ts';
import { babble, repeated } from './phone/sound.ts';
import { wholeCalls } from './whole-calls.ts';

const number = '+18669490290';
const family = '+12135550142';
const password = 'of the desk';

const { call, stage } = wholeCalls({
  environment: { FAMILY_LINE_NUMBER: number },
  // There is one agent.
  atOnce: 1,
  prepare: async (db, { SIP_REALM: realm }) => {
    const now = new Date();
    await saveAgent(
      db,
      { id: 'ana', name: 'Ana', extension: '201', languages: ['es'], supervisor: false, active: true },
      now,
    );
    await saveCredentials(db, { username: 'desk1', realm, ha1: ha1Of('desk1', realm, password), agentId: 'ana' });
    // At whatever hour this is played.
    for (let weekday = 1; weekday <= 7; weekday++)
      await db
        .insertInto('deskHours')
        .values({ inForceFrom: '2026-01-02', weekday, opens: '00:00', closes: '24:00' })
        .execute();
    // The law lets no row say so (47 CFR 64.1200(c)(1)); nobody real is rung here.
    await sql`alter table desk_terms drop constraint desk_terms_call_back_from_check`.execute(db);
    await sql`alter table desk_terms drop constraint desk_terms_check`.execute(db);
    await db.updateTable('deskTerms').set({ callBackFrom: '00:00', callBackUntil: '24:00' }).execute();
  },
});

call(
  'a family waits with music, an agent hears who calls, takes the call, and hangs up',
  { timeoutMs: 60_000 },
  async () => {
    const { db, sip, config } = stage().system;
    await db.updateTable('agent').set({ state: 'ready', until: null }).execute();
    const desk = await Phone.start({ name: 'desk1', domain: sip.host, digest: { username: 'desk1', password } });
    try {
      const rings = nextCall(desk);
      expect((await desk.register(`sip:${sip.host}:${sip.port}`)).status).toBe(200);
      const headers = { 'P-Asserted-Identity': `<sip:${family}@carrier.example>` };
      const line = stage().carrier.dial(`sip:${number}@${sip.host}:${sip.port}`, { headers });
      expect(await line.answered).toBe(true);
      await line.press('20');
      const ringing = await rings;
      expect(await line.ear.waitFor(await holdMusicFile(config.PROMPT_FOLDER), { until: 'start' })).toBeDefined();
      expect(await ringing.answer()).toBe(true);
      expect(await ringing.ear.waitFor(await stage().sound('es', 'desk.take'))).toBeDefined();
      expect(await openEntries(db)).toMatchObject([
        { state: 'ringing', agentId: 'ana', number: family, language: 'es' },
      ]);
      await ringing.press('1');
      // What is said before the bridge stands is heard by nobody: it is said until it is.
      const said = babble({ ms: 500, seed: 6_100 });
      void line.speak(repeated(said));
      expect(await ringing.ear.waitFor(said)).toBeDefined();
      expect(await openEntries(db)).toMatchObject([{ state: 'talking', agentId: 'ana' }]);
      await ringing.hangup();
      expect(await line.ear.waitFor(await stage().sound('es', 'line.goodbye'))).toBeDefined();
      expect((await line.ended).by).toBe('them');
      expect(await openEntries(db)).toEqual([]);
      expect(await agentsAtDesk(db)).toMatchObject([{ id: 'ana', state: 'wrap-up' }]);
    } finally {
      await desk.stop();
    }
  },
);

call(
  'a family keeps its place and hangs up; the agent is rung first, then the family, who presses 1 and is joined',
  { timeoutMs: 60_000 },
  async () => {
    const { db, sip } = stage().system;
    const heard = (phone: { readonly ear: Ear }, key: Parameters<ReturnType<typeof stage>['sound']>[1]) =>
      stage()
        .sound('es', key)
        .then((sound) => phone.ear.waitFor(sound));
    // Busy as long as the family is on the line.
    const until = new Date(Date.now() + 3_600_000);
    await db.updateTable('agent').set({ state: 'wrap-up', until }).execute();
    const desk = await Phone.start({ name: 'desk1', domain: sip.host, digest: { username: 'desk1', password } });
    try {
      const [rings, home] = [nextCall(desk), nextCall(stage().carrier)];
      expect((await desk.register(`sip:${sip.host}:${sip.port}`)).status).toBe(200);
      const headers = { 'P-Asserted-Identity': `<sip:${family}@carrier.example>` };
      const line = stage().carrier.dial(`sip:${number}@${sip.host}:${sip.port}`, { headers });
      expect(await line.answered).toBe(true);
      await line.press('20');
      expect(await heard(line, 'call-back.offer')).toBeDefined();
      await line.press('1');
      expect(await heard(line, 'call-back.other')).toBeDefined();
      await line.press('1');
      expect(await heard(line, 'call-back.today')).toBeDefined();
      await line.hangup();
      expect(await openEntries(db)).toMatchObject([{ state: 'waiting', way: 'call-back', callBackNumber: family }]);
      await db.updateTable('agent').set({ state: 'ready', until: null }).execute();
      const ringing = await rings;
      expect(await ringing.answer()).toBe(true);
      expect(await heard(ringing, 'desk.take')).toBeDefined();
      await ringing.press('1');
      const called = await home;
      expect(await called.answer()).toBe(true);
      expect(await heard(called, 'call-back.join')).toBeDefined();
      await called.press('1');
      const said = babble({ ms: 500, seed: 6_200 });
      void called.speak(repeated(said));
      expect(await ringing.ear.waitFor(said)).toBeDefined();
      expect(await openEntries(db)).toMatchObject([{ state: 'talking', agentId: 'ana' }]);
      await ringing.hangup();
      expect(await heard(called, 'line.goodbye')).toBeDefined();
      expect((await called.ended).by).toBe('them');
    } finally {
      await desk.stop();
    }
  },
);
