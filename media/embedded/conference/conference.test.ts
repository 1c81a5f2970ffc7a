import { existsSync } from 'node:fs';
import { afterAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { FakeServer, type FakeParty, type SeenEvent } from '#media/embedded/testing/fake-party.ts';
import { coded, linear, namedFrames, SoundFolder, voiceFrame } from '#media/embedded/testing/fake-sounds.ts';

/** Conferences without sockets and without time: who hears what, to the sample. */

const folder = new SoundFolder();
afterAll(() => folder.remove());
const PROMPT = folder.voice('prompt.wav', 9, 5);
const SILENT = new Uint8Array(160).fill(0xff);

let server: FakeServer;
let parties: FakeParty[];
let said: number;
const [ANN, BOB, CIM] = [0, 1, 2];

beforeEach(() => {
  server = new FakeServer();
  parties = [server.party(), server.party(), server.party()];
  said = 0;
});

const join = (who: number, argument = 'room'): void => parties[who]!.execute('conference', argument);
const idOf = (who: number): string => parties[who]!.variable('conference_member_id')!;
const conf = (command: string): string => server.api(`conference ${command}`);

const told = (action?: string): SeenEvent[] =>
  server
    .seen('CUSTOM')
    .filter((event) => event['Event-Subclass'] === 'conference::maintenance')
    .filter((event) => action === undefined || event['Action'] === action);
const actions = (): string[] => told().map((event) => event['Action']!);
const mentions = (action: string): (string | undefined)[] => told(action).map((event) => event['Member-ID']);

const clip = (sum: number): number => Math.max(-32768, Math.min(32767, sum));
const mixed = (...frames: Uint8Array[]): Buffer => {
  const lanes = frames.map(linear);
  return coded(Int16Array.from({ length: 160 }, (_, i) => clip(lanes.reduce((sum, lane) => sum + lane[i]!, 0))));
};

/** Each of the speakers says its voice for so many ticks, the others silence. Gives what somebody heard in the last `frames` of them. */
const talk = (ticks: number, ...speakers: number[]): ((who: number) => Buffer[]) => {
  const from = parties.map((party) => party.heard.length);
  server.run(ticks, () => {
    parties.forEach((party, who) => party.say(speakers.includes(who) ? voiceFrame(who + 1, said) : SILENT));
    said += 1;
  });
  return (who) => parties[who]!.heard.slice(from[who]);
};

/** The place in which a frame of voices, said together, was heard: `n` of `voiceFrame`. */
const numbered = (heard: readonly Buffer[], ...voices: number[]): number[] => {
  const known = new Map<string, number>();
  for (let n = 0; n < 64; n += 1)
    known.set(mixed(...voices.map((voice) => voiceFrame(voice + 1, n))).toString('hex'), n);
  return heard.map((frame) => known.get(frame.toString('hex')) ?? -1);
};
const run = (from: number, length: number): number[] => Array.from({ length }, (_, i) => from + i);
const silent = (frames: readonly Buffer[]): boolean => frames.every((frame) => frame.every((code) => code === 0xff));

describe('who hears whom', () => {
  it('everybody hears the others, each frame once and in its place, and never themselves', () => {
    for (const who of [ANN, BOB, CIM]) join(who);
    talk(10, ANN, BOB, CIM);
    const heard = talk(20, ANN, BOB, CIM);
    for (const [who, others] of [
      [ANN, [BOB, CIM]],
      [BOB, [ANN, CIM]],
      [CIM, [ANN, BOB]],
    ] as const) {
      const numbers = numbered(heard(who), ...others);
      expect(numbers).toEqual(run(numbers[0]!, 20));
      expect(numbers[0]).toBeGreaterThan(5);
    }
  });

  it('is silent where nobody speaks, and for who is alone', () => {
    join(ANN);
    expect(silent(talk(10, ANN)(ANN))).toBe(true);
    join(BOB);
    expect(silent(talk(10)(BOB).slice(5))).toBe(true);
  });

  it('is clipped where the sum is too loud, never wrapped', () => {
    for (const who of [ANN, BOB, CIM]) join(who);
    const loud = new Uint8Array(160).fill(0x80 + 5);
    const from = parties[CIM]!.heard.length;
    server.run(10, () => {
      for (const who of [ANN, BOB]) parties[who]!.say(loud);
    });
    expect(parties[CIM]!.heard.slice(from + 5).every((frame) => frame.every((code) => code === 0x80))).toBe(true);
    const low = new Uint8Array(160).fill(0x05);
    server.run(10, () => {
      for (const who of [ANN, BOB]) parties[who]!.say(low);
    });
    expect(parties[CIM]!.heard.at(-1)!.every((code) => code === 0x00)).toBe(true);
  });

  it('holds for two conferences at once, neither of which hears the other', () => {
    join(ANN, 'one');
    join(BOB, 'two');
    join(CIM, 'two');
    const heard = talk(20, ANN, BOB);
    expect(silent(heard(ANN))).toBe(true);
    expect(numbered(heard(CIM).slice(-5), BOB)).not.toContain(-1);
  });

  it('gives up what waits too long after a member stood still, and loses nothing before', () => {
    join(ANN);
    join(BOB);
    talk(10, ANN);
    // four ticks nothing, then all of it: from now on it would all be 80 ms late
    server.run(4, () => parties[BOB]!.say(SILENT));
    for (let n = 0; n < 4; n += 1) parties[ANN]!.say(voiceFrame(1, said++));
    talk(60, ANN);
    talk(60);
    const heard = talk(4, ANN)(BOB);
    const last = numbered(heard.slice(-1), ANN)[0]!;
    expect((said - 1) % 64).toBe(last + 2);
  });
});

describe('frames that come late or never', () => {
  /** How many were said after the one that Bob hears last. */
  const delay = (heard: readonly Buffer[]): number => (said - 1 - numbered(heard.slice(-1), ANN)[0]! + 64) % 64;

  beforeEach(() => {
    join(ANN);
    join(BOB);
  });

  it('late ones, in whose place something was made, do not make all others late', () => {
    const before = delay(talk(20, ANN)(BOB));
    server.run(4, () => parties[BOB]!.say(SILENT));
    for (let n = 0; n < 4; n += 1) parties[ANN]!.say(voiceFrame(1, said++));
    expect(delay(talk(10, ANN)(BOB)) - before).toBeLessThanOrEqual(1);
  });

  it('lost ones neither, also while the member is recorded', () => {
    server.api(`uuid_record ${parties[ANN]!.uuid} start ${folder.file('lossy.wav')}`);
    const before = delay(talk(20, ANN)(BOB));
    for (let round = 0; round < 3; round += 1) {
      parties[ANN]!.lose();
      said += 1;
      server.run(1);
      const heard = talk(10, ANN)(BOB);
      expect(delay(heard)).toBe(before);
      // but for the one that was made and the one that is faded in, all are there
      expect(numbered(heard, ANN).filter((n) => n < 0).length).toBeLessThanOrEqual(2);
    }
  });

  it('what was said before a member was muted is not heard after it', () => {
    talk(20, ANN);
    // so late that more wait than were made in their place
    server.run(6);
    for (let n = 0; n < 6; n += 1) parties[ANN]!.say(voiceFrame(1, said++));
    server.run(3);
    conf(`room mute ${idOf(ANN)}`);
    server.run(10);
    conf(`room unmute ${idOf(ANN)}`);
    const from = parties[BOB]!.heard.length;
    server.run(5);
    expect(silent(parties[BOB]!.heard.slice(from))).toBe(true);
  });
});

describe('muted and deaf', () => {
  beforeEach(() => {
    join(ANN);
    join(BOB);
  });

  it('a muted member is not heard, hears, and is heard again', () => {
    talk(10, ANN, BOB);
    expect(conf(`room mute ${idOf(ANN)}`)).toBe(`+OK mute ${idOf(ANN)}\n`);
    const heard = talk(10, ANN, BOB);
    expect(silent(heard(BOB).slice(1))).toBe(true);
    expect(numbered(heard(ANN).slice(1), BOB)).not.toContain(-1);
    expect(conf(`room unmute ${idOf(ANN)}`)).toBe(`+OK unmute ${idOf(ANN)}\n`);
    expect(numbered(talk(10, ANN)(BOB).slice(-5), ANN)).not.toContain(-1);
    expect([mentions('mute-member'), mentions('unmute-member')]).toEqual([[idOf(ANN)], [idOf(ANN)]]);
  });

  it('tmute does what was not the case', () => {
    expect([conf(`room tmute ${idOf(ANN)}`), conf(`room tmute ${idOf(ANN)}`)]).toEqual([
      `+OK mute ${idOf(ANN)}\n`,
      `+OK unmute ${idOf(ANN)}\n`,
    ]);
  });

  it('a deaf member is heard and hears nothing', () => {
    expect(conf(`room deaf ${idOf(ANN)}`)).toBe(`+OK deaf ${idOf(ANN)}\n`);
    talk(10, ANN, BOB);
    const heard = talk(10, ANN, BOB);
    expect(silent(heard(ANN))).toBe(true);
    expect(numbered(heard(BOB), ANN)).not.toContain(-1);
    expect(conf(`room undeaf ${idOf(ANN)}`)).toBe(`+OK undeaf ${idOf(ANN)}\n`);
    expect(numbered(talk(5, BOB)(ANN).slice(-2), BOB)).not.toContain(-1);
    expect([mentions('deaf-member'), mentions('undeaf-member')]).toEqual([[idOf(ANN)], [idOf(ANN)]]);
  });

  it('can be so from the beginning, by the flags', () => {
    join(CIM, 'room+flags{mute|deaf}');
    talk(10, CIM, BOB);
    const heard = talk(10, CIM, BOB);
    expect(silent(heard(CIM))).toBe(true);
    expect(numbered(heard(ANN), BOB)).not.toContain(-1);
    expect(conf('room list').split('\n')[0]).toMatch(/^\d+;sofia\/party-2;party-2;a;a;;0;0;0$/);
  });

  it('a muted member with mute-detect is told of when they talk, and not heard', () => {
    join(CIM, 'room+flags{mute|mute-detect}');
    expect(silent(talk(10, CIM)(ANN))).toBe(true);
    expect([mentions('mute-detect'), mentions('start-talking')]).toEqual([[idOf(CIM)], []]);
  });
});

describe('volume and energy', () => {
  beforeEach(() => {
    join(ANN);
    join(BOB);
  });
  const level = (frame: Buffer): number => linear(frame).reduce((sum, sample) => sum + Math.abs(sample), 0) / 160;

  it('a member is made quieter for all, or all for a member', () => {
    const plain = level(talk(10, ANN)(BOB).at(-1)!);
    expect(conf(`room volume_in ${idOf(ANN)} -4`)).toBe(`+OK Volume IN ${idOf(ANN)} = -4\n`);
    const quiet = level(talk(10, ANN)(BOB).at(-1)!);
    expect(quiet / plain).toBeGreaterThan(0.15);
    expect(quiet / plain).toBeLessThan(0.25);
    expect(conf(`room volume_in ${idOf(ANN)} 0`)).toBe(`+OK Volume IN ${idOf(ANN)} = 0\n`);
    expect(conf(`room volume_out ${idOf(BOB)} -9`)).toBe(`+OK Volume OUT ${idOf(BOB)} = -4\n`);
    const out = level(talk(10, ANN)(BOB).at(-1)!);
    expect(out / plain).toBeGreaterThan(0.15);
    expect(out / plain).toBeLessThan(0.25);
    expect(conf(`room volume_out ${idOf(BOB)} up`)).toBe(`+OK Volume OUT ${idOf(BOB)} = -3\n`);
    expect(conf(`room volume_in ${idOf(BOB)} 7`)).toBe(`+OK Volume IN ${idOf(BOB)} = 4\n`);
    expect(told('volume-in-member').map((event) => event['Volume-Level'])).toEqual(['-4', '0', '4']);
  });

  it('the floor has who came first, then who begins to talk while that one does not, and nobody after they left', () => {
    const floors = () => told('floor-change').map((event) => [event['Old-ID'], event['New-ID'], event['Floor']]);
    expect(floors()).toEqual([['none', idOf(ANN), 'true']]);
    expect(told('add-member').map(({ Floor }) => Floor)).toEqual(['false', 'false']);
    talk(10, ANN);
    talk(10, ANN, BOB);
    expect(floors()).toHaveLength(1);
    talk(60);
    talk(10, BOB);
    expect(floors().slice(1)).toEqual([[idOf(ANN), idOf(BOB), 'true']]);
    conf(`room kick ${idOf(BOB)}`);
    join(CIM);
    expect(floors().slice(2)).toEqual([['none', idOf(CIM), 'true']]);
  });

  it('tells who begins to talk, and who has stopped for 0.8 seconds', () => {
    talk(10, ANN);
    expect(mentions('start-talking')).toEqual([idOf(ANN)]);
    expect(conf('room list')).toContain('hear|speak|talking');
    talk(35);
    expect(mentions('stop-talking')).toEqual([]);
    talk(15);
    expect(mentions('stop-talking')).toEqual([idOf(ANN)]);
    talk(10, ANN);
    expect(mentions('start-talking')).toEqual([idOf(ANN), idOf(ANN)]);
  });

  it('an energy level lets no quiet sound in', () => {
    expect(conf(`room energy ${idOf(ANN)} 600`)).toBe(`Energy ${idOf(ANN)} = 600\n`);
    const faint = coded(new Int16Array(160).fill(300));
    const from = parties[BOB]!.heard.length;
    server.run(10, () => parties[ANN]!.say(faint));
    expect(silent(parties[BOB]!.heard.slice(from))).toBe(true);
    expect(numbered(talk(10, ANN)(BOB).slice(-4), ANN)).not.toContain(-1);
    expect([
      conf(`room energy ${idOf(ANN)} up`),
      conf(`room energy ${idOf(ANN)} down`),
      conf(`room energy ${idOf(ANN)}`),
    ]).toEqual([800, 600, 600].map((value) => `Energy ${idOf(ANN)} = ${value}\n`));
  });
});

describe('sounds', () => {
  beforeEach(() => {
    join(ANN);
    join(BOB);
  });
  const names = (heard: readonly Buffer[]): string[] => namedFrames(linear(Buffer.concat(heard)), [9]);

  it('one after the other, to everybody, and each is told of when it is over', () => {
    expect(conf(`room play ${PROMPT}`)).toBe(`+OK (play) Playing file ${PROMPT}\n`);
    expect(conf(`room play ${PROMPT}`)).toBe(`+OK (play) Playing file ${PROMPT}\n`);
    const heard = talk(12);
    const twice = ['v9:0', 'v9:1', 'v9:2', 'v9:3', 'v9:4', 'v9:0', 'v9:1', 'v9:2', 'v9:3', 'v9:4'];
    for (const who of [ANN, BOB]) expect(names(heard(who)).filter((name) => name !== '-')).toEqual(twice);
    const done = told('play-file-done');
    expect(done.map(({ File, milliseconds, samples, seconds }) => [File, milliseconds, samples, seconds])).toEqual([
      [PROMPT, '100', '800', '0'],
      [PROMPT, '100', '800', '0'],
    ]);
    expect(told('play-file').length).toBe(2);
  });

  it('to one member alone, mixed or in place of the others', () => {
    talk(5, BOB);
    expect(conf(`room play ${PROMPT} ${idOf(ANN)}`)).toBe(`+OK (play) Playing file ${PROMPT} to member ${idOf(ANN)}\n`);
    const heard = talk(7, BOB);
    expect(names(heard(ANN)).every((name) => name === '?')).toBe(true);
    expect(names(heard(BOB)).every((name) => name === '-')).toBe(true);
    expect(mentions('play-file-member-done')).toEqual([idOf(ANN)]);
    conf(`room play ${PROMPT} ${idOf(ANN)} nomux`);
    expect(names(talk(7, BOB)(ANN)).slice(1, 6)).toEqual(['v9:0', 'v9:1', 'v9:2', 'v9:3', 'v9:4']);
  });

  it('are stopped: the present one, all, or those of a member', () => {
    for (let n = 0; n < 3; n += 1) conf(`room play ${PROMPT}`);
    conf(`room play ${PROMPT} async`);
    conf(`room play ${PROMPT} ${idOf(ANN)}`);
    expect(conf('room stop current')).toBe('+OK Stopped 1 files.\n');
    expect(conf('room stop')).toBe('+OK Stopped 2 files.\n');
    expect(conf('room stop async')).toBe('+OK Stopped 1 files.\n');
    expect(conf(`room stop all ${idOf(ANN)}`)).toBe('+OK Stopped 1 files.\n');
    expect(names(talk(3)(BOB)).filter((name) => name.startsWith('v9'))).toEqual([]);
    expect(told('play-file-done').map((event) => [event['samples'], event['Async']])).toEqual([
      ['0', undefined],
      ['0', undefined],
      ['0', undefined],
      ['0', 'true'],
    ]);
    expect(conf('room stop 77')).toMatch(/^stop /);
    expect(conf('room stop all 77')).toBe('-ERR Member: 77 not found.\n');
  });

  it('that are not there are refused', () => {
    expect(conf('room play /nowhere.wav')).toBe('-ERR (play) File: /nowhere.wav not found.\n');
    expect(conf(`room play /nowhere.wav ${idOf(ANN)}`)).toBe('-ERR (play) File: /nowhere.wav not found.\n');
    expect(conf(`room play ${PROMPT} 77`)).toBe('-ERR Member: 77 not found.\n');
    expect(told('play-file').map((event) => event['Error'])).toEqual(['File could not be played']);
  });
});

describe('recordings', () => {
  it('hold what all say, and what is played, from start to stop', () => {
    for (const who of [ANN, BOB]) join(who);
    talk(10, ANN, BOB);
    const path = folder.file('deep/down/room.wav');
    expect(conf(`room recording start ${path}`)).toBe(`+OK Record file ${path}\n`);
    talk(50, ANN, BOB);
    conf(`room recording pause ${path}`);
    talk(10, ANN, BOB);
    expect(conf(`room recording resume ${path}`)).toBe(`+OK Resume recording file ${path}\n`);
    talk(3, ANN, BOB);
    expect(conf('room recording check')).toBe(`+OK Record file ${path}\n`);
    expect(conf(`room record ${path}`)).toBe(`-ERR file [${path}] is already being used for recording.\n`);
    expect(conf(`room norecord ${path}`)).toBe(`Stopped recording file ${path}\n+OK Stopped recording 1 file\n`);
    const { channels, lanes, headerBytes } = folder.read(path);
    expect([channels, headerBytes, lanes[0]!.length]).toEqual([1, 53 * 320, 53 * 160]);
    const frames = Array.from({ length: 53 }, (_, n) => coded(lanes[0]!.slice(n * 160, n * 160 + 160)));
    const numbers = numbered(frames, ANN, BOB);
    expect(numbers).toEqual([...run(numbers[0]!, 50), ...run(numbers[0]! + 60, 3)].map((n) => n % 64));
    const [stopped] = told('stop-recording');
    expect([stopped!['Path'], stopped!['Samples-Out'], stopped!['Milliseconds-Elapsed']]).toEqual([
      path,
      '8480',
      '1060',
    ]);
    expect(told('start-recording').map((event) => event['Path'])).toEqual([path]);
    expect([conf('room recording check'), conf(`room norecord ${path}`)]).toEqual([
      '-ERR Conference is not being recorded.\n',
      `-ERR non-existant recording '${path}'\n+OK Stopped recording 0 files\n`,
    ]);
  });

  it('end with the conference, and their file may be written again', () => {
    join(ANN);
    const path = folder.file('ends.wav');
    conf(`room record ${path}`);
    talk(10, ANN);
    parties[ANN]!.channel.hangup('NORMAL_CLEARING');
    expect(folder.read(path).lanes[0]!.length).toBe(1600);
    expect(actions().slice(-3)).toEqual(['del-member', 'stop-recording', 'conference-destroy']);
    join(BOB);
    expect(conf(`room record ${path}`)).toBe(`+OK Record file ${path}\n`);
  });

  it('are refused where they cannot be written, or another writes', () => {
    for (const who of [ANN, BOB]) join(who, who === ANN ? 'room' : 'other');
    const path = folder.file('one.wav');
    conf(`other record ${path}`);
    for (const bad of [path, 'here.wav', folder.file('room.mp3'), '/proc/nowhere/room.wav'])
      expect(conf(`room record ${bad}`)).toBe(`-ERR file [${bad}] cannot be written.\n`);
    expect(told('start-recording').filter((event) => event['Error'])).toHaveLength(4);
    expect(existsSync(folder.file('room.mp3'))).toBe(false);
  });
});

describe('coming and going', () => {
  it('is told, with the size and who it is', () => {
    join(ANN, 'room@wide+flags{moderator}');
    join(BOB, 'room+flags{ghost}');
    expect(actions()).toEqual(['conference-create', 'add-member', 'floor-change', 'add-member']);
    const [ann, bob] = told('add-member');
    expect([ann!['Conference-Name'], ann!['Conference-Profile-Name'], ann!['Conference-Size']]).toEqual([
      'room',
      'wide',
      '1',
    ]);
    expect([ann!['Unique-ID'], ann!['Channel-Call-UUID'], ann!['Member-Type'], ann!['Member-Ghost']]).toEqual([
      parties[ANN]!.uuid,
      parties[ANN]!.uuid,
      'moderator',
      'false',
    ]);
    expect([bob!['Member-Type'], bob!['Member-Ghost'], bob!['Conference-Size'], bob!['Conference-Ghosts']]).toEqual([
      'member',
      'true',
      '1',
      '1',
    ]);
    expect(bob!['Conference-Unique-ID']).toBe(ann!['Conference-Unique-ID']);
    expect(parties[ANN]!.variable('conference_moderator')).toBe('true');
    expect(conf('room list')).toBe(
      `${idOf(BOB)};sofia/party-1;party-1;a;a;hear|speak|ghost;0;0;0\n${idOf(ANN)};sofia/party-0;party-0;a;a;hear|speak|moderator;0;0;0\n`,
    );
    expect([conf('room list count'), conf('room count'), conf('room get count_ghosts')]).toEqual(['1', '1', '1']);
  });

  it('a member who is kicked goes on where it was before, and the last one closes the room', () => {
    join(ANN);
    join(BOB);
    expect(conf(`room kick ${idOf(ANN)}`)).toBe(`+OK kicked ${idOf(ANN)}\n`);
    expect(parties[ANN]!.channel.apps.names).toEqual(['park']);
    expect(parties[ANN]!.channel.hangupCause).toBeUndefined();
    expect(parties[ANN]!.completed).toEqual(['conference: _none_']);
    expect(conf('room hup last')).toBe(`+OK hup ${idOf(BOB)}\n`);
    expect(actions().slice(4)).toEqual(['kick-member', 'del-member', 'hup-member', 'del-member', 'conference-destroy']);
    expect(conf('room list')).toBe('-ERR Conference room not found\n');
    expect(conf('list')).toBe('+OK No active conferences.\n');
    expect(server.engine.conferences.all).toEqual([]);
  });

  it('who comes again keeps the number, and others get new ones', () => {
    join(ANN);
    const first = idOf(ANN);
    conf('room kick all');
    join(BOB);
    join(ANN);
    expect([idOf(ANN), idOf(BOB)]).toEqual([first, String(Number(first) + 1)]);
  });

  it('who hangs up, is bridged or transferred has left', () => {
    for (const who of [ANN, BOB, CIM]) join(who);
    parties[ANN]!.channel.hangup('NORMAL_CLEARING');
    expect(conf('room count')).toBe('2');
    server.api(`uuid_bridge ${parties[BOB]!.uuid} ${parties[CIM]!.uuid}`);
    expect(conf('room count')).toBe('-ERR Conference room not found\n');
    expect(mentions('del-member')).toHaveLength(3);
  });

  it('endconf ends it for all, who are hung up unless they said otherwise', () => {
    join(ANN, 'room++flags{endconf|mute|vmute}');
    join(BOB);
    join(CIM);
    parties[CIM]!.execute('set', 'hangup_after_conference=false');
    parties[ANN]!.channel.hangup('NORMAL_CLEARING');
    expect(parties[BOB]!.channel.hangupCause).toBe('NORMAL_CLEARING');
    expect(parties[CIM]!.channel.hangupCause).toBeUndefined();
    expect(parties[CIM]!.channel.apps.names).toEqual(['park']);
    expect(actions().filter((action) => action === 'conference-destroy')).toHaveLength(1);
  });

  it('mintwo ends it when less than two are left, but not before a second came', () => {
    join(ANN, 'room+flags{mintwo}');
    parties[ANN]!.execute('set', 'hangup_after_conference=false');
    expect(conf('room count')).toBe('1');
    join(BOB);
    conf(`room kick ${idOf(BOB)}`);
    expect(server.engine.conferences.all).toEqual([]);
  });

  it('who is alone with mintwo closes the room by leaving', () => {
    join(ANN, 'room+flags{mintwo}');
    parties[ANN]!.channel.hangup('NORMAL_CLEARING');
    expect(server.engine.conferences.all).toEqual([]);
  });

  it('what was played to a member ends when it leaves, and the clock lets go of a room that is over', () => {
    const removed = vi.spyOn(server.engine.tick, 'remove');
    join(ANN);
    const [room] = server.engine.conferences.all;
    conf(`room play ${PROMPT} ${idOf(ANN)}`);
    conf(`room kick ${idOf(ANN)}`);
    expect(mentions('play-file-member-done')).toEqual([idOf(ANN)]);
    expect(removed).toHaveBeenCalledWith(room);
  });

  it('the last mandatory member ends it after the time of grace', () => {
    join(ANN, 'room+flags{mandatory_member_endconf}');
    join(BOB, 'room+flags{mandatory_member_endconf}');
    join(CIM);
    expect(conf('room set endconference_grace_time 1')).toBe('0');
    conf(`room kick ${idOf(ANN)}`);
    server.run(60);
    expect(conf('room count')).toBe('2');
    conf(`room kick ${idOf(BOB)}`);
    server.run(49);
    expect(conf('room count')).toBe('1');
    server.run(2);
    expect(parties[CIM]!.channel.hangupCause).toBe('NORMAL_CLEARING');
  });

  it('join-only does not make a room, and ends the call', () => {
    join(ANN, 'room+flags{join-only}');
    expect(actions()).toEqual(['rejected-join-only']);
    expect(parties[ANN]!.channel.hangupCause).toBe('NORMAL_CLEARING');
    join(BOB);
    join(CIM, 'room+flags{join-only}');
    expect(conf('room count')).toBe('2');
  });

  it('wait-mod lets nobody be heard before a moderator came', () => {
    join(ANN, 'room+flags{wait-mod}');
    join(BOB);
    expect(conf('room get wait_mod')).toBe('true');
    expect(silent(talk(10, ANN)(BOB))).toBe(true);
    join(CIM, 'room+flags{moderator}');
    expect(conf('room get wait_mod')).toBe('');
    expect(numbered(talk(10, ANN)(BOB).slice(-5), ANN)).not.toContain(-1);
  });

  it('a room that is locked or full lets nobody in, and the channel goes on', () => {
    join(ANN);
    expect(conf('room lock')).toBe('+OK room locked\n');
    join(BOB);
    expect([conf('room count'), parties[BOB]!.completed]).toEqual(['1', ['conference: _none_']]);
    expect(conf('room unlock')).toBe('+OK room unlocked\n');
    expect(conf('room set max_members 2')).toBe('0');
    join(BOB);
    join(CIM);
    expect([conf('room count'), conf('room get max_members'), conf('room get is_locked')]).toEqual(['2', '2', '']);
    expect(parties[CIM]!.completed).toEqual(['conference: _none_']);
    expect(actions().filter((action) => action.endsWith('lock'))).toEqual(['lock', 'unlock']);
  });

  it('a member is sent to another conference', () => {
    for (const who of [ANN, BOB]) join(who);
    expect(conf(`room transfer next ${idOf(ANN)} 77`)).toBe(
      `+OK Member '${idOf(ANN)}' sent to conference next.\n-ERR No Member 77 in conference room.\n`,
    );
    expect([conf('room count'), conf('next count'), conf('count')]).toEqual(['1', '1', '2']);
    const [event] = told('transfer');
    expect([event!['Old-Conference-Name'], event!['New-Conference-Name']]).toEqual(['room', 'next']);
  });
});

describe('a PIN', () => {
  const press = (who: number, keys: string): void => {
    for (const key of keys) {
      parties[who]!.press(key);
      server.run(2);
    }
  };

  it('is typed before one is in; a wrong one is asked for again, three times', () => {
    join(ANN, 'room+1234');
    press(ANN, '1235');
    expect(actions()).toEqual([]);
    press(ANN, '12#');
    expect(parties[ANN]!.completed).toEqual([]);
    press(ANN, '1234');
    expect(actions()).toEqual(['conference-create', 'add-member', 'floor-change']);
    join(BOB, 'room+99');
    press(BOB, '11111111');
    expect([conf('room count'), parties[BOB]!.completed]).toEqual(['1', ['conference: _none_']]);
  });

  it('is given by a variable, set for a room, and waited for no longer than ten seconds a time', () => {
    parties[ANN]!.execute('set', 'supplied_pin=77');
    join(ANN, 'room+77');
    expect(conf('room count')).toBe('1');
    expect(conf('room pin 5555')).toBe('+OK Pin for conference room set\n');
    join(BOB);
    server.run(1499);
    expect(parties[BOB]!.completed).toEqual([]);
    server.run(2);
    expect(parties[BOB]!.completed).toEqual(['conference: _none_']);
    expect(conf('room nopin')).toBe('+OK Pin for conference room deleted\n');
    join(BOB);
    expect(conf('room count')).toBe('2');
  });
});

describe('keys', () => {
  it('are events; with dist-dtmf all others get them', () => {
    join(ANN, 'room+flags{dist-dtmf}');
    join(BOB);
    join(CIM, 'room+flags{skip-dtmf}');
    parties[ANN]!.press('7');
    server.run(20);
    const events = (who: number): number => parties[who]!.packets.filter((packet) => packet.payloadType === 101).length;
    expect(server.seen('DTMF').map((event) => event['DTMF-Digit'])).toEqual(['7']);
    expect([events(ANN), events(BOB) > 0, events(CIM)]).toEqual([0, true, 0]);
    parties[BOB]!.press('8');
    server.run(20);
    expect(events(ANN)).toBe(0);
  });

  it('are sent to a member', () => {
    join(ANN);
    expect(conf(`room dtmf ${idOf(ANN)} 12`)).toBe(`+OK sent 12 to ${idOf(ANN)}\n`);
    server.run(60);
    const codes = parties[ANN]!.packets.filter((packet) => packet.payloadType === 101).map(
      (packet) => packet.payload[0],
    );
    expect([...new Set(codes)]).toEqual([1, 2]);
    expect([conf(`room dtmf ${idOf(ANN)}`), conf(`room dtmf ${idOf(ANN)} x`)]).toEqual(
      Array(2).fill('-ERR Invalid input!\n'),
    );
  });
});

describe('commands', () => {
  it('for one, the newest, all, or all but moderators', () => {
    join(ANN, 'room+flags{moderator}');
    join(BOB);
    join(CIM);
    expect(conf('room mute last')).toBe(`+OK mute ${idOf(CIM)}\n`);
    expect(conf('room mute all')).toBe([CIM, BOB, ANN].map((who) => `+OK mute ${idOf(who)}\n`).join(''));
    expect(conf('room unmute non_moderator')).toBe([CIM, BOB].map((who) => `+OK unmute ${idOf(who)}\n`).join(''));
    expect(conf('room mute 77')).toBe('-ERR Non-Existant ID 77\n');
    expect(conf('room mute nobody')).toBe('mute <[member_id|all|last|non_moderator]> [<quiet>]');
    expect(conf(`room get-uuid ${idOf(BOB)}`)).toBe(parties[BOB]!.uuid);
    expect(conf('room dance')).toBe("-ERR Conference command 'dance' not found.\n");
    expect(conf('room constructor')).toBe("-ERR Conference command 'constructor' not found.\n");
    expect(conf('room')).toBe("Conference command, not specified.\nTry 'help'\n");
    expect(conf('room set max_members -1')).toMatch(/^set </);
    expect(conf('room get nonsense')).toMatch(/^get </);
    expect(conf('elsewhere list')).toBe('-ERR Conference elsewhere not found\n');
    expect(conf('list summary')).toBe(
      '+OK Conference room (3 members rate: 8000 flags: running|answered|enforce_min|dynamic)\n',
    );
    expect(conf('list').split('\n')).toHaveLength(5);
    expect(conf('room list delim ,').split('\n')[0]).toContain(',hear|speak,0,0,0');
  });

  it('a conference without a name is none', () => {
    join(ANN, '+flags{mute}');
    expect([parties[ANN]!.completed, actions()]).toEqual([['conference: _none_'], []]);
  });
});
