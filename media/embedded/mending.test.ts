import { afterAll, beforeEach, describe, expect, it } from 'vitest';
import { FakeServer, type FakeParty } from './testing/fake-party.ts';
import { coded, linear, namedFrames, SoundFolder, voiceFrame } from './testing/fake-sounds.ts';

const folder = new SoundFolder();
afterAll(() => folder.remove());

let server: FakeServer;
let caller: FakeParty;
let called: FakeParty;
let said: number;

beforeEach(() => {
  server = new FakeServer();
  [caller, called] = [server.party(), server.party()];
  said = 0;
});

const wave = (n: number): Int16Array =>
  Int16Array.from({ length: 160 }, (_, i) => Math.round(8000 * Math.sin((2 * Math.PI * 125 * (n * 160 + i)) / 8000)));
/** So many ticks, in each of which the caller says the next 20 ms of a tone; those named are lost on their way. */
const talk = (ticks: number, ...lost: number[]): void =>
  server.run(ticks, (n) => {
    if (lost.includes(n)) caller.lose();
    else caller.say(coded(wave(said)));
    said += 1;
  });
const level = (samples: Int16Array): number =>
  Math.sqrt(samples.reduce((sum, sample) => sum + sample * sample, 0) / samples.length);
const framesOf = (path: string): Int16Array[] => {
  const [lane] = folder.read(path).lanes as [Int16Array];
  return Array.from({ length: Math.floor(lane.length / 160) }, (_, n) => lane.slice(n * 160, n * 160 + 160));
};

describe('lost frames', () => {
  it('of a recorded party are concealed from the second loss on, in their place, and nothing is shifted', () => {
    const path = folder.file('lost.wav');
    caller.execute('set', 'RECORD_READ_ONLY=true');
    server.api(`uuid_record ${caller.uuid} start ${path}`);
    talk(40, 10, 20, 28, 29);
    talk(10, 2, 3, 4, 5, 6);
    server.api(`uuid_record ${caller.uuid} stop ${path}`);
    const frames = framesOf(path);
    const first = frames.findIndex((frame) => level(frame) > 1000);
    const levels = frames.slice(first).map((frame) => Math.round(level(frame) / 100));
    expect(levels[10]).toBe(0);
    for (const n of [20, 28]) expect(levels[n], String(n)).toBeGreaterThan(40);
    expect(levels[29]).toBeGreaterThan(15);
    // five in a row: 60 ms of them fade, the rest is silent
    expect([42, 43, 44].map((n) => levels[n]! > 3)).toEqual([true, true, true]);
    expect([45, 46].map((n) => levels[n])).toEqual([0, 0]);
    const whole = frames[first + 35]!;
    expect(coded(whole).equals(coded(wave(35)))).toBe(true);
    const codes = frames.slice(first).map((frame) => coded(frame));
    expect(codes[22]!.equals(coded(wave(22)))).toBe(true);
  });

  it('are concealed for both sides of a recorded bridge, with what comes faded in', () => {
    server.api(`uuid_bridge ${caller.uuid} ${called.uuid}`);
    server.api(`uuid_record ${caller.uuid} start ${folder.file('bridge.wav')}`);
    talk(20, 5);
    const from = called.packets.length;
    talk(10, 4);
    const sent = called.packets.slice(from).filter((packet) => packet.payloadType === 0);
    expect(sent.every((packet) => level(linear(packet.payload)) > 4000)).toBe(true);
    const steps = sent.slice(1).map((packet, n) => packet.timestamp - sent[n]!.timestamp);
    expect(new Set(steps)).toEqual(new Set([160]));
    // a tone of 2.5 periods a frame has two kinds of frames: the one made, and the one after it, are neither
    const plain = [coded(wave(0)).toString('hex'), coded(wave(1)).toString('hex')];
    expect(sent.filter((packet) => !plain.includes(packet.payload.toString('hex')))).toHaveLength(2);
  });

  it('stay gaps in a bridge to which nobody listens', () => {
    server.api(`uuid_bridge ${caller.uuid} ${called.uuid}`);
    talk(10);
    const before = called.packets.length;
    talk(20, 5, 12);
    const packets = called.packets.slice(before).filter((packet) => packet.payloadType === 0);
    const steps = packets.slice(1).map((packet, n) => packet.timestamp - packets[n]!.timestamp);
    expect(steps.filter((step) => step === 320)).toHaveLength(2);
    expect(steps.filter((step) => step !== 160)).toHaveLength(2);
  });

  it('are not made up where a phone left something out by itself', () => {
    const path = folder.file('pause.wav');
    caller.execute('set', 'RECORD_READ_ONLY=true');
    server.api(`uuid_record ${caller.uuid} start ${path}`);
    talk(20, 5);
    caller.pause(127, 10);
    server.run(10);
    talk(10);
    server.api(`uuid_record ${caller.uuid} stop ${path}`);
    const levels = framesOf(path).map((frame) => Math.round(level(frame) / 100));
    expect(levels.slice(23, 30)).toEqual([0, 0, 0, 0, 0, 0, 0]);
  });
});

it('what was said before a pause is not put in place of what is lost after it', () => {
  const path = folder.file('after-pause.wav');
  caller.execute('set', 'RECORD_READ_ONLY=true');
  server.api(`uuid_record ${caller.uuid} start ${path}`);
  talk(20, 5);
  caller.skip(10);
  server.run(10);
  talk(10, 1);
  server.api(`uuid_record ${caller.uuid} stop ${path}`);
  const levels = framesOf(path).map((frame) => Math.round(level(frame) / 100));
  const again = levels.findIndex((loudness, n) => n > 24 && loudness > 10);
  expect(levels.slice(again, again + 4).map((loudness) => loudness > 10)).toEqual([true, false, true, true]);
});

describe('comfort noise', () => {
  it('is quiet noise to who hears the party, no key, and ends with the next word', () => {
    server.api(`uuid_bridge ${caller.uuid} ${called.uuid}`);
    server.run(10, (n) => caller.say(voiceFrame(1, n)));
    caller.pause(50, 20);
    const from = called.heard.length;
    server.run(20);
    const pause = called.heard.slice(from + 3).map((codes) => level(linear(codes)));
    expect(pause.length).toBeGreaterThan(14);
    for (const loudness of pause) expect(Math.abs(loudness - 104)).toBeLessThan(30);
    const voiced = called.heard.length;
    server.run(10, (n) => caller.say(voiceFrame(1, 20 + n)));
    const names = called.heard.slice(voiced).flatMap((codes) => namedFrames(linear(codes), [1]));
    const words = names.filter((name) => name.startsWith('v1'));
    expect(words).toEqual(Array.from({ length: words.length }, (_, n) => `v1:${20 + n}`));
    expect(words.length).toBeGreaterThan(6);
    expect(server.seen('DTMF')).toEqual([]);
    server.api(`uuid_set_media_stats ${caller.uuid}`);
    expect(caller.variable('rtp_audio_in_cng_packet_count')).toBe('1');
  });

  it('begins when all that was said before it was heard, and takes the time of the pause, no more', () => {
    const path = folder.file('noise.wav');
    caller.execute('set', 'RECORD_READ_ONLY=true');
    server.api(`uuid_record ${caller.uuid} start ${path}`);
    server.run(20, (n) => caller.say(voiceFrame(1, n)));
    caller.lose();
    caller.say(voiceFrame(1, 21));
    caller.pause(50, 18);
    server.run(20);
    server.run(20, (n) => caller.say(voiceFrame(1, 40 + n)));
    server.api(`uuid_record ${caller.uuid} stop ${path}`);
    const frames = framesOf(path);
    expect(Math.abs(frames.length - 60)).toBeLessThanOrEqual(2);
    const names = frames.flatMap((frame) => namedFrames(linear(coded(frame)), [1]));
    const place = (name: string): number => names.indexOf(name);
    expect(place('v1:21') - place('v1:19')).toBe(2);
    expect(level(frames[place('v1:19') + 1]!)).toBe(0);
    expect(Math.abs(place('v1:40') - place('v1:21') - 19)).toBeLessThanOrEqual(1);
    const between = frames.slice(place('v1:21') + 1, place('v1:40') - 2);
    for (const frame of between) expect(Math.abs(level(frame) - 104)).toBeLessThan(40);
  });

  it('ends with a new agreement', () => {
    server.run(5, (n) => caller.say(voiceFrame(1, n)));
    caller.pause(50, 20);
    caller.channel.leg.agree({ ...caller.channel.leg.agreement!, receives: false });
    expect(caller.channel.leg.comfortLevel).toBe(-1);
  });
});

describe('in a conference', () => {
  it('a lost frame is concealed at its own time, and a late one does not make all later ones late', () => {
    caller.execute('conference', 'room');
    called.execute('conference', 'room');
    const told = (): { heard: Buffer[] } => ({ heard: called.heard });
    talk(20);
    const from = told().heard.length;
    talk(10, 3);
    const heard = told().heard.slice(from);
    const exact = heard.map(
      (codes) => Array.from({ length: 40 }, (_, n) => n).find((n) => coded(wave(n)).equals(codes)) ?? -1,
    );
    // a tone of whole periods a frame has the same codes in every second frame: none is silent, and one is made
    expect(heard.every((codes) => level(linear(codes)) > 4000)).toBe(true);
    expect(exact.filter((n) => n < 0).length).toBeLessThanOrEqual(2);
    // one comes 20 ms late: something is made in its place, and it is left out
    server.run(1);
    caller.say(coded(wave(said++)));
    talk(4);
    const steady = told().heard.length;
    talk(5);
    expect(
      told()
        .heard.slice(steady)
        .every((codes) => level(linear(codes)) > 4000),
    ).toBe(true);
    expect(server.events.filter((event) => event['Action'] === 'stop-talking')).toEqual([]);
  });
});
