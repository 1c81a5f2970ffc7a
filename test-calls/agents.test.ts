import { createHash } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { sql } from 'kysely';
import { DateTime } from 'luxon';
import { expect } from 'vitest';
import { openAccount } from '#db/accounts.ts';
import { ha1Of, saveCredentials } from '#db/credentials.ts';
import { agentsAtDesk, saveAgent } from '#db/desk/agents.ts';
import { openEntries } from '#db/desk/entries.ts';
import { eventsOfEntry } from '#db/desk/events.ts';
import { findMessage } from '#db/desk/messages.ts';
import type { PromptKey, Value } from '#flows/prompt.ts';
import { holdMusicFile } from '#media/music/hold-music.ts';
import { castOf } from './leak-hunt/cast.ts';
import { searchFiles } from './leak-hunt/files.ts';
import { judge } from './leak-hunt/finding.ts';
import { searchRows } from './leak-hunt/rows.ts';
import { Search } from './leak-hunt/search.ts';
import type { Ear } from './phone/ear.ts';
import { nextCall } from './phone/house.ts';
import type { IncomingCall } from './phone/incoming-call.ts';
import type { OutgoingCall } from './phone/outgoing-call.ts';
import { Phone } from './phone/phone.ts';
import { find } from './phone/recognition.ts';
import { encoded, reference } from './phone/reference.ts';
import type { Sound } from './phone/sound.ts';
import { babble, goertzel, keyTones, loudness, repeated, sequence, silence } from './phone/sound.ts';
import { readRecording } from './recording.ts';
import { wholeCalls } from './whole-calls.ts';

const number = '+18669490290';
const family = '+12135550142';
const password = 'of the desk';
const accountId = '5f0c2a52-6a9d-4d0e-8f3c-0c6a5f0e1a02';
/** What is typed in a talk. */
const { payments, secrets } = castOf(1, 0, 866);

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
    const sol = {
      id: 'sol',
      name: 'Sol',
      extension: '300',
      languages: ['es'],
      supervisor: true,
      active: true,
    } as const;
    await saveAgent(db, sol, now);
    await saveCredentials(db, { username: 'desk2', realm, ha1: ha1Of('desk2', realm, password), agentId: 'sol' });
    await openAccount(db, { id: accountId, numbers: [family], at: now });
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

interface AtDesk {
  /** Of the family, who has asked for an agent in Spanish. */
  readonly line: OutgoingCall;
  /** The agent's phone. */
  readonly rings: Promise<IncomingCall>;
}

const registered = async (): Promise<Phone> => {
  const { sip } = stage().system;
  const desk = await Phone.start({ name: 'desk1', domain: sip.host, digest: { username: 'desk1', password } });
  expect((await desk.register(`sip:${sip.host}:${sip.port}`)).status).toBe(200);
  return desk;
};

/** A call to the 866 line that asks for an agent in Spanish. */
const asksForAgent = async (): Promise<OutgoingCall> => {
  const { sip } = stage().system;
  const headers = { 'P-Asserted-Identity': `<sip:${family}@carrier.example>` };
  const line = stage().carrier.dial(`sip:${number}@${sip.host}:${sip.port}`, { headers });
  expect(await line.answered).toBe(true);
  await line.press('20');
  return line;
};

/** A call that is played at the desk, whose one agent who takes calls is ready, or busy for as long as the family is on the line. */
const atDesk = (title: string, agent: 'ready' | 'busy', play: (at: AtDesk) => Promise<void>) =>
  call(title, { timeoutMs: 60_000 }, async () => {
    const { db } = stage().system;
    const until = new Date(Date.now() + 3_600_000);
    const state = agent === 'ready' ? ({ state: agent, until: null } as const) : ({ state: 'wrap-up', until } as const);
    await db.updateTable('agent').set(state).where('id', '=', 'ana').execute();
    const desk = await registered();
    try {
      const rings = nextCall(desk);
      await play({ line: await asksForAgent(), rings });
    } finally {
      await desk.stop();
    }
  });

atDesk(
  'a family waits with music, an agent hears who calls, takes the call, and hangs up',
  'ready',
  async ({ line, rings }) => {
    const { db, config } = stage().system;
    const ringing = await rings;
    expect(await line.ear.waitFor(await holdMusicFile(config.PROMPT_FOLDER), { until: 'start' })).toBeDefined();
    expect(await ringing.answer()).toBe(true);
    expect(await ringing.ear.waitFor(await stage().sound('es', 'desk.take'))).toBeDefined();
    expect(await openEntries(db)).toMatchObject([{ state: 'ringing', agentId: 'ana', number: family, language: 'es' }]);
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
    expect(await agentsAtDesk(db)).toContainEqual(expect.objectContaining({ id: 'ana', state: 'wrap-up' }));
  },
);

const hears = async ({ ear }: { readonly ear: Ear }, key: PromptKey, values: Record<string, Value> = {}) => {
  const heard = await ear.waitFor(await stage().sound('es', key, values));
  if (!heard) throw new Error(`the call ended before ${key} was heard`);
};

type Speaker = OutgoingCall | IncomingCall;

/** Says something until these have heard it; the others hear nothing meanwhile. */
async function says(speaker: Speaker, seed: number, ears: readonly Ear[], others: readonly Ear[] = []): Promise<void> {
  const said = babble({ ms: 600, seed });
  const from = performance.now();
  const spoken = speaker.speak(ears.length > 0 ? repeated(said) : said);
  for (const ear of ears) expect(await ear.waitFor(said, { from })).toBeDefined();
  if (ears.length === 0) await spoken;
  for (const ear of others) expect(ear.level(from, performance.now())).toBeLessThan(-60);
  void speaker.speak(silence(20));
}

/** The phone of a supervisor, who dials the code and the agent's extension, and is answered. */
async function supervised(play: (supervisor: OutgoingCall) => Promise<void>): Promise<void> {
  const { sip } = stage().system;
  const phone = await Phone.start({ name: 'desk2', domain: sip.host, digest: { username: 'desk2', password } });
  try {
    const supervisor = phone.dial(`sip:*8201@${sip.host}:${sip.port}`);
    expect(await supervisor.answered).toBe(true);
    await play(supervisor);
  } finally {
    await phone.stop();
  }
}

/** Samples of 20 ms. */
const part = 160;

/**
 * What was loud in that time, in parts of 20 ms of the stream: how often the neutral tone of a key began, and the parts that were something
 * else. A tone that is torn apart for less than 60 ms is one: keys come every 140 ms.
 */
function neutralTones(ear: Ear, from: number, until: number) {
  const counted = { tones: 0, others: 0 };
  const heard = ear.pcm(from, until);
  let quiet = 3;
  for (let at = 0; at + part <= heard.length; at += part) {
    const samples = heard.subarray(at, at + part);
    const loud = loudness(samples);
    const isLoud = loud > -45;
    if (isLoud && quiet >= 3) counted.tones++;
    // A sine's amplitude is 3 dB above its RMS, and as much below it where the part holds half of it.
    if (isLoud && goertzel(samples, 480) < loud - 3) counted.others++;
    quiet = isLoud ? 0 : quiet + 1;
  }
  return counted;
}

atDesk(
  'an agent takes a payment: the caller types the card apart, and agent and supervisor hear that keys are pressed, and none of them',
  'ready',
  async ({ line, rings }) => {
    const { db, config, supervisor: processes } = stage().system;
    const agent = await rings;
    expect(await agent.answer()).toBe(true);
    await hears(agent, 'desk.take');
    await agent.press('1');
    const before = babble({ ms: 500, seed: 6_300 });
    void line.speak(repeated(before));
    expect(await agent.ear.waitFor(before)).toBeDefined();

    await supervised(async (supervisor) => {
      await agent.press('*7');
      await hears(agent, 'amount.ask');
      await agent.press('25#');
      await hears(line, 'card.number');
      const from = performance.now();
      // A key that is a sound in the caller's room.
      void line.speak(repeated(keyTones('5', 200)));
      const { number: digits, expiry, cvv, postalCode } = payments[0]!.card;
      const typed = `${digits}${expiry}${cvv}${postalCode}`;
      // Keys that come all at once, as they do from a process that stood still, are heard one by one.
      const ivr = processes.pid('ivr') ?? 0;
      process.kill(ivr, 'SIGSTOP');
      await line.press(typed.slice(0, 4));
      process.kill(ivr, 'SIGCONT');
      await line.press(typed.slice(4));
      await hears(line, 'pay.fee');
      const until = performance.now();
      for (const { ear } of [agent, supervisor]) {
        expect(ear.digits).toEqual([]);
        expect(neutralTones(ear, from, until)).toEqual({ tones: typed.length, others: 0 });
      }
      await line.press('1');
      const paid = { amount: { kind: 'money', cents: 2_500 } } as const;
      await Promise.all([hears(line, 'pay.done', paid), hears(agent, 'pay.done', paid)]);

      const after = babble({ ms: 500, seed: 6_301 });
      void line.speak(repeated(after));
      expect(await agent.ear.waitFor(after)).toBeDefined();
      const deposits = db.selectFrom('deposit').select(['agentId', 'channel', 'cents', 'state', 'callingNumber']);
      expect(await deposits.where('accountId', '=', accountId).execute()).toEqual([
        { agentId: 'ana', channel: 'agent', cents: '2500', state: 'captured', callingNumber: family },
      ]);
    });
    await agent.hangup();
    await hears(line, 'line.goodbye');
    const search = new Search(secrets, []);
    await searchRows(search, db);
    await searchFiles(search, config.VAR_FOLDER);
    expect(judge(search.findings, search.others).leaks).toEqual([]);
  },
);

atDesk(
  'a family keeps its place and hangs up; the agent is rung first, then the family, who presses 1 and is joined',
  'busy',
  async ({ line, rings }) => {
    const { db } = stage().system;
    const home = nextCall(stage().carrier);
    await hears(line, 'call-back.offer');
    await line.press('1');
    await hears(line, 'call-back.other');
    await line.press('1');
    await hears(line, 'call-back.today');
    await line.hangup();
    expect(await openEntries(db)).toMatchObject([{ state: 'waiting', way: 'call-back', callBackNumber: family }]);
    await db.updateTable('agent').set({ state: 'ready', until: null }).where('id', '=', 'ana').execute();
    const ringing = await rings;
    expect(await ringing.answer()).toBe(true);
    await hears(ringing, 'desk.take');
    await ringing.press('1');
    const called = await home;
    expect(await called.answer()).toBe(true);
    await hears(called, 'call-back.join');
    await called.press('1');
    const said = babble({ ms: 500, seed: 6_200 });
    void called.speak(repeated(said));
    expect(await ringing.ear.waitFor(said)).toBeDefined();
    expect(await openEntries(db)).toMatchObject([{ state: 'talking', agentId: 'ana' }]);
    await ringing.hangup();
    await hears(called, 'line.goodbye');
    expect((await called.ended).by).toBe('them');
  },
);

atDesk(
  'a supervisor speaks to the agent alone, then to both, then hears both unheard, and leaves; the talk goes on',
  'ready',
  async ({ line, rings }) => {
    const { db } = stage().system;
    const agent = await rings;
    expect(await agent.answer()).toBe(true);
    await hears(agent, 'desk.take');
    await agent.press('1');
    await Promise.all([hears(line, 'agent.monitored'), hears(agent, 'agent.monitored')]);
    await supervised(async (supervisor) => {
      const listens = await stage().sound('es', 'supervise.listen');
      expect(await supervisor.ear.waitFor(listens, { until: 'start' })).toBeDefined();
      const [toLine, toAgent, toSupervisor] = [line.ear, agent.ear, supervisor.ear];

      await supervisor.press('2');
      await hears(supervisor, 'supervise.whisper');
      await says(supervisor, 6_400, [toAgent], [toLine, toSupervisor]);
      await says(line, 6_401, [toAgent, toSupervisor]);

      await supervisor.press('3');
      await hears(supervisor, 'supervise.join');
      await says(supervisor, 6_402, [toAgent, toLine], [toSupervisor]);

      // FreeSWITCH tells of a key that is bound while it is still pressed.
      const pressed = performance.now();
      await supervisor.press('1');
      expect(await toSupervisor.waitFor(listens, { from: pressed })).toBeDefined();
      await says(supervisor, 6_403, [], [toLine, toAgent]);
      await says(agent, 6_404, [toLine, toSupervisor]);

      await supervisor.press('*');
      expect((await supervisor.ended).by).toBe('them');
      await says(agent, 6_405, [toLine]);
    });
    const [entry] = await openEntries(db);
    const told = (await eventsOfEntry(db, entry?.id ?? '')).filter(({ agentId }) => agentId === 'sol');
    expect(told.map(({ kind, data }) => data['mode'] ?? kind)).toEqual([
      'listen',
      'whisper',
      'join',
      'listen',
      'listening-ended',
    ]);
    await agent.hangup();
    await hears(line, 'line.goodbye');
  },
);

/** How much later or sooner a part of a sound may lie, in samples: FreeSWITCH may drop a frame or four (docs/differences.md). */
const mostShift = 640;

/** Where each 200 ms of a sound lie in what was recorded, in samples from where they lie in the sound; NaN where they do not. */
function placesIn(recorded: Int16Array, { pcm }: Sound): number[] {
  const part = 1_600;
  const all = encoded(recorded, 'PCMU');
  return Array.from({ length: Math.floor(pcm.length / part) }, (_, n) => {
    const wanted = reference(pcm.slice(n * part, (n + 1) * part), 'PCMU');
    return (find(all, wanted, 0, 'mixed')?.offset ?? NaN) - n * part;
  });
}

call(
  'on a holiday a family leaves a message, which is stored whole; the agent hears it',
  { timeoutMs: 60_000 },
  async () => {
    const { db, sip, config } = stage().system;
    const today = DateTime.now().setZone('America/Los_Angeles').toFormat('yyyy-MM-dd');
    await db.insertInto('deskHoliday').values({ day: today, name: 'a holiday', opens: null, closes: null }).execute();
    const desk = await registered();
    try {
      const line = await asksForAgent();
      // Ahead: they know what is offered.
      await line.press('1');
      await hears(line, 'message.speak');
      const said = babble({ ms: 2_400, seed: 6_400 });
      // A tone comes first.
      await line.speak(sequence(silence(1_200), said));
      await line.press('#');
      await hears(line, 'message.send');
      // Who has said it hangs up: it is left.
      await line.hangup();

      const stored = () =>
        db.selectFrom('deskMessage').selectAll().where('storedAt', 'is not', null).executeTakeFirst();
      await expect.poll(stored).toMatchObject({ state: 'new', language: 'es', number: family, callingNumber: family });
      const { id = '', location = '', sha256 } = (await stored()) ?? {};
      const file = await readFile(location ?? '');
      expect(createHash('sha256').update(file).digest('hex')).toBe(sha256);
      const { channels } = await readRecording(location ?? '');
      expect(channels).toHaveLength(1);
      const places = placesIn(channels[0] ?? new Int16Array(), said);
      expect(places).toHaveLength(12);
      expect(Math.max(...places) - Math.min(...places)).toBeLessThanOrEqual(mostShift);
      // Nothing of it is left where it was recorded.
      await expect.poll(() => readdir(join(config.VAR_FOLDER, 'spool/messages'))).toEqual([]);

      await db.updateTable('agent').set({ state: 'ready', until: null }).where('id', '=', 'ana').execute();
      const ana = async () => (await agentsAtDesk(db)).find((agent) => agent.id === 'ana');
      const inbox = desk.dial(`sip:*9@${sip.host}:${sip.port}`);
      expect(await inbox.answered).toBe(true);
      expect(await inbox.ear.waitFor(said, { until: 'start', tolerance: 'mixed' })).toBeDefined();
      expect(await ana()).toMatchObject({ state: 'away' });
      await inbox.press('1');
      await expect.poll(() => findMessage(db, id)).toMatchObject({ state: 'done', agentId: 'ana' });
      await inbox.hangup();
      await expect.poll(ana).toMatchObject({ state: 'ready' });
      expect(await readdir(join(config.VAR_FOLDER, 'spool/hearing/ivr-1'))).toEqual([]);
    } finally {
      await desk.stop();
      await db.deleteFrom('deskHoliday').where('day', '=', today).execute();
    }
  },
);
