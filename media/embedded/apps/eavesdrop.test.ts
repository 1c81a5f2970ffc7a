import { afterAll, beforeEach, describe, expect, it } from 'vitest';
import { SILENCE_CODE } from '#media/audio/g711.ts';
import { FakeServer, type FakeParty } from '#media/embedded/testing/fake-party.ts';
import { coded, linear, SoundFolder, voiceFrame } from '#media/embedded/testing/fake-sounds.ts';

const folder = new SoundFolder();
afterAll(() => folder.remove());
const PROMPT = folder.voice('prompt.wav', 9, 5);

let server: FakeServer;
let caller: FakeParty;
let agent: FakeParty;
let listener: FakeParty;
const everybody = () => [caller, agent, listener];

beforeEach(() => {
  server = new FakeServer();
  [caller, agent, listener] = [server.party(), server.party(), server.party()];
  server.api(`uuid_bridge ${caller.uuid} ${agent.uuid}`);
});

/** Voice numbers, by who speaks. */
const voices = () => new Map([caller, agent, listener].map((party, at) => [party, at + 1]));
let said = 0;
/** These speak for so many frames, the others send silence. Gives what each heard meanwhile, as the sum of whose frames. */
function speak(frames: number, ...speakers: FakeParty[]) {
  const from = new Map(everybody().map((party) => [party, party.heard.length]));
  const first = said;
  server.run(frames, () => {
    for (const party of everybody())
      party.say(speakers.includes(party) ? voiceFrame(voices().get(party)!, said) : new Uint8Array(160).fill(0xff));
    said += 1;
  });
  return (party: FakeParty) => party.heard.slice(from.get(party)).map((codes) => nameOf(codes, speakers, first));
}
beforeEach(() => (said = 0));

/** `1+2`: voices 1 and 2 at once, in frames that were said one tick apart at most; `-`: silence, `?`: anything else. */
function nameOf(codes: Buffer, speakers: readonly FakeParty[], first: number): string {
  if (codes.every((code) => code === SILENCE_CODE.PCMU)) return '-';
  const known = speakers.map((party) => voices().get(party)!);
  const subsets = Array.from({ length: 2 ** known.length - 1 }, (_, bits) =>
    known.filter((_voice, at) => ((bits + 1) >> at) & 1),
  );
  return subsets.find((subset) => sums(subset, first, said).some((sum) => sum.equals(codes)))?.join('+') ?? '?';
}

/** Each with its neighbours of the tick before and after: who is heard by way of another channel may be a tick later. */
function sums(subset: readonly number[], first: number, end: number): Buffer[] {
  let made = Array.from({ length: end - first }, (_, n) => ({ n: first + n, sum: new Int32Array(160) }));
  for (const voice of subset)
    made = made.flatMap(({ n, sum }) =>
      [n - 1, n, n + 1]
        .filter((at) => at >= 0)
        .map((at) => {
          const samples = linear(voiceFrame(voice, at));
          return { n, sum: sum.map((sample, i) => sample + samples[i]!) };
        }),
    );
  return made.map(({ sum }) => coded(Int16Array.from(sum, (sample) => Math.max(-32768, Math.min(32767, sample)))));
}

/** What was heard once the first and last frames, which may be on their way, are left out: one thing. */
const steadily = (heard: readonly string[]): string => {
  const middle = new Set(heard.slice(6));
  return middle.size === 1 ? [...middle].join() : [...heard].join(' ');
};

function listens(variables: Record<string, boolean> = {}): void {
  for (const [name, value] of Object.entries(variables)) listener.execute('set', `${name}=${value}`);
  listener.execute('eavesdrop', agent.uuid);
}

const modes = [
  ['listens', {}, { agent: '-', caller: '-' }],
  ['speaks to the one who is listened to', { eavesdrop_whisper_bleg: true }, { agent: '3', caller: '-' }],
  ['speaks to the other', { eavesdrop_whisper_aleg: true }, { agent: '-', caller: '3' }],
  ['speaks to both', { eavesdrop_whisper_aleg: true, eavesdrop_whisper_bleg: true }, { agent: '3', caller: '3' }],
] as const;

describe('who eavesdrops', () => {
  it.each(modes)('and %s hears both, and is heard by nobody else', (_what, variables, heardBy) => {
    listens(variables);
    speak(4);
    let heard = speak(14, caller);
    expect(everybody().map((party) => steadily(heard(party)))).toEqual(['-', '1', '1']);
    speak(4);
    heard = speak(14, agent);
    expect(everybody().map((party) => steadily(heard(party)))).toEqual(['2', '-', '2']);
    speak(4);
    heard = speak(14, listener);
    expect(everybody().map((party) => steadily(heard(party)))).toEqual([heardBy.caller, heardBy.agent, '-']);
    speak(4);
    // All at once: each hears the sum of the others, as far as they hear them.
    heard = speak(14, caller, agent, listener);
    const sum = (one: string, other: string) => (other === '-' ? one : `${one}+${other}`);
    expect(everybody().map((party) => steadily(heard(party)))).toEqual([
      sum('2', heardBy.caller),
      sum('1', heardBy.agent),
      '1+2',
    ]);
  });

  it('hears every frame once and in order, and changes no code of those who talk', () => {
    listens();
    const before = listener.heard.length;
    server.run(40, (n) => caller.say(voiceFrame(1, n)));
    const expected = Array.from({ length: 39 }, (_, n) => Buffer.from(voiceFrame(1, n)));
    expect(agent.heard).toEqual(expected);
    expect(listener.heard.slice(before).filter((codes) => codes[0] === 4)).toEqual(expected);
  });

  it('is not heard, once it changes who hears them, with what nobody took before', () => {
    listens({ eavesdrop_whisper_aleg: true });
    // The agent's phone sends nothing that it could be laid over.
    server.run(15, (n) => listener.say(voiceFrame(3, n)));
    server.run(2);
    listener.press('3');
    expect(speak(10)(caller).every((name) => name === '-')).toBe(true);
  });

  it('is not heard by the party with what nobody took before, either', () => {
    listens({ eavesdrop_whisper_bleg: true });
    // Nothing is laid over the party's silence so soon.
    server.run(4, (n) => listener.say(voiceFrame(3, n)));
    server.run(1);
    listener.press('3');
    expect(speak(10)(agent).every((name) => name === '-')).toBe(true);
  });

  it('hears silence, not nothing, while nobody sends a sound', () => {
    listens();
    const before = listener.heard.length;
    server.run(4);
    expect(listener.heard.slice(before).map((codes) => nameOf(codes, [], 0))).toEqual(['-', '-', '-', '-']);
  });

  it('is not heard later than a fifth of a second', () => {
    listens({ eavesdrop_whisper_aleg: true });
    server.run(40, (n) => listener.say(voiceFrame(3, n)));
    const before = caller.heard.length;
    server.run(15, () => agent.say(new Uint8Array(160).fill(0xff)));
    const late = caller.heard.slice(before).filter((codes) => codes[0] === 12);
    expect(late.map((codes) => codes[1])).toEqual([30, 31, 32, 33, 34, 35, 36, 37, 38, 39]);
  });

  it.each([
    ['1', { agent: '-', caller: '3' }],
    ['2', { agent: '3', caller: '-' }],
    ['3', { agent: '3', caller: '3' }],
    ['0', { agent: '-', caller: '-' }],
    ['7', { agent: '3', caller: '-' }],
  ])('says by key %s who hears them, as on FreeSWITCH', (key, heardBy) => {
    listens({ eavesdrop_whisper_bleg: true });
    listener.press(key);
    speak(4);
    const heard = speak(14, listener);
    expect([caller, agent].map((party) => steadily(heard(party)))).toEqual([heardBy.caller, heardBy.agent]);
    expect(server.seen('DTMF')).toHaveLength(1);
  });

  it('ends it with a star', () => {
    listens();
    listener.press('*');
    expect(listener.completed).toContain('eavesdrop: _none_');
    expect(agent.channel.taps.size).toBe(0);
    expect(steadily(speak(14, caller)(listener))).toBe('-');
  });

  it('has no keys when they are turned off: they wait for who reads them', () => {
    listens({ eavesdrop_enable_dtmf: false });
    for (const key of '3*') listener.press(key);
    const heard = speak(14, listener);
    expect([caller, agent].map((party) => steadily(heard(party)))).toEqual(['-', '-']);
    expect(server.seen('DTMF')).toEqual([]);
    server.api(`uuid_park ${listener.uuid}`);
    server.run(1);
    expect(server.seen('DTMF').map((event) => event['DTMF-Digit'])).toEqual(['3', '*']);
  });

  it('hears the party alone while it is parked, and both again when they are joined', () => {
    listens({ eavesdrop_whisper_aleg: true, eavesdrop_whisper_bleg: true });
    server.api(`uuid_transfer ${caller.uuid} -both park inline`);
    speak(4);
    // Whatever the caller says or presses: it is on the other side.
    caller.press('4');
    let heard = speak(14, caller, agent, listener);
    expect(everybody().map((party) => steadily(heard(party)))).toEqual(['-', '3', '2']);
    expect(listener.packets.filter(({ payloadType }) => payloadType === 101)).toEqual([]);
    agent.execute('playback', PROMPT);
    const before = listener.heard.length;
    server.run(6);
    expect(listener.heard.slice(before).map((codes) => codes[0])).toEqual(expect.arrayContaining([36]));
    server.api(`uuid_bridge ${caller.uuid} ${agent.uuid}`);
    speak(4);
    heard = speak(14, caller);
    expect(everybody().map((party) => steadily(heard(party)))).toEqual(['-', '1', '1']);
  });

  it('is over when the party is gone, and then does what comes next', () => {
    server.api(`uuid_transfer ${listener.uuid} eavesdrop:${agent.uuid},playback:${PROMPT},hangup:USER_BUSY inline`);
    speak(5, caller);
    server.api(`uuid_kill ${agent.uuid}`);
    const before = listener.heard.length;
    server.run(8);
    const voice = listener.heard.slice(before).filter((codes) => codes[0] === 36);
    expect(voice).toEqual(Array.from({ length: 5 }, (_, n) => Buffer.from(voiceFrame(9, n))));
    expect(listener.channel.hangupCause).toBe('USER_BUSY');
  });

  it('leaves the talk as it is when they go elsewhere or hang up', () => {
    listens({ eavesdrop_whisper_bleg: true });
    server.api(`uuid_park ${listener.uuid}`);
    expect(agent.channel.taps.size).toBe(0);
    listens();
    server.api(`uuid_kill ${listener.uuid}`);
    expect(agent.channel.taps.size).toBe(0);
    expect(steadily(speak(14, caller)(agent))).toBe('1');
  });

  it.each(['nobody', ''])('has nobody to listen to: %j', (uuid) => {
    listener.execute('eavesdrop', uuid);
    expect(listener.completed).toEqual(['eavesdrop: _none_']);
  });

  it('does not listen to themselves', () => {
    listener.execute('eavesdrop', listener.uuid);
    expect(listener.completed).toEqual(['eavesdrop: _none_']);
    expect(listener.channel.taps.size).toBe(0);
  });

  it('is heard by a party to whom nobody speaks', () => {
    listens({ eavesdrop_whisper_bleg: true });
    server.run(30, (n) => listener.say(voiceFrame(3, n)));
    expect(agent.heard.filter((codes) => codes[0] === 12).length).toBeGreaterThan(20);
  });
});

describe('keys that are bound', () => {
  const bind = (digit: string): void =>
    listener.execute('bind_digit_action', `keys,${digit},exec[i]:event,'Event-Name=DTMF,DTMF-Digit=${digit},DTMF-Source=APP'`); // prettier-ignore

  it('are told at once whatever the channel does, and no other way', () => {
    bind('1');
    bind('*');
    listens();
    for (const key of '15*') listener.press(key);
    const told = server.seen('DTMF').map((event) => [event['Unique-ID'], event['DTMF-Digit'], event['DTMF-Source']]);
    expect(told).toEqual([
      [listener.uuid, '1', 'APP'],
      [listener.uuid, '*', 'APP'],
    ]);
    const heard = speak(14, listener);
    expect([caller, agent].map((party) => steadily(heard(party)))).toEqual(['-', '-']);
    expect(agent.channel.taps.size).toBe(1);
  });

  it.each(['keys,12,exec[i]:event,a=b', 'keys,~[0-9],exec[i]:event,a=b', 'keys,1,exec:event,a=b', ',1,exec[i]:event', 'keys,1,exec[i]:event,a=b,peer'])(
    'are not, when it is asked for in a way that is not known here: %s',
    (argument) => {
      listener.execute('bind_digit_action', argument);
      listener.press('1');
      expect(server.seen('DTMF').map((event) => event['DTMF-Source'])).toEqual(['RTP']);
    },
  ); // prettier-ignore

  it('tell an event of their own, with a subclass and whatever it is to carry', () => {
    listener.execute('event', "Event-Name=CUSTOM,Event-Subclass=desk::told, who = Ana =1,nothing,'to=a,b'");
    listener.execute('event', 'who=Ana');
    expect(server.seen('CUSTOM')[0]).toMatchObject({ 'Event-Subclass': 'desk::told', who: 'Ana =1', to: 'a,b' });
    expect(server.seen('CUSTOM')[0]).not.toHaveProperty('nothing');
    expect(server.seen('CHANNEL_APPLICATION')[0]).toMatchObject({ 'Unique-ID': listener.uuid, who: 'Ana' });
  });
});
