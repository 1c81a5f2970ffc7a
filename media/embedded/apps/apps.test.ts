import { truncateSync, writeFileSync } from 'node:fs';
import { afterAll, beforeEach, describe, expect, it } from 'vitest';
import { FakeServer, type FakeParty } from '#media/embedded/testing/fake-party.ts';
import { linear, namedFrames, SoundFolder, voiceFrame } from '#media/embedded/testing/fake-sounds.ts';

const folder = new SoundFolder();
afterAll(() => folder.remove());

const A = folder.voice('a.wav', 1, 4);
const B = folder.voice('b.wav', 2, 3);
const LONG = folder.voice('long.wav', 3, 60);

let server: FakeServer;
let party: FakeParty;
beforeEach(() => {
  server = new FakeServer();
  party = server.party();
});

const heard = (): string[] => party.heard.flatMap((codes) => namedFrames(linear(codes), [1, 2, 3]));
const frames = (voice: number, from: number, to: number): string[] =>
  Array.from({ length: to - from }, (_, n) => `v${voice}:${from + n}`);
const silence = (count: number): string[] => Array.from({ length: count }, () => '-');

describe('playback', () => {
  it('begins with the next 20 ms, plays every sample, and silence follows without a missing packet', () => {
    party.execute('playback', A);
    server.run(6);
    expect(heard()).toEqual([...frames(1, 0, 4), '-', '-']);
    expect(party.completed).toEqual(['playback: FILE PLAYED']);
    expect(party.variable('playback_ms')).toBe('80');
    expect(party.variable('playback_samples')).toBe('640');
    expect(party.variable('playback_last_offset_pos')).toBe('640');
  });

  it('fills the last frame with silence', () => {
    party.execute('playback', folder.voice('part.wav', 1, 1, 80));
    server.run(3);
    const last = linear(party.heard[1]!);
    expect([...last.subarray(0, 80)]).toEqual([...linear(voiceFrame(1, 1)).subarray(0, 80)]);
    expect(last.subarray(80).every((sample) => sample === 0)).toBe(true);
    expect(party.variable('playback_samples')).toBe('240');
  });

  it('tells of start and stop of each file', () => {
    party.channel.variables.set('playback_delimiter', '!');
    party.channel.variables.set('playback_sleep_val', '40');
    party.execute('playback', `${A}!${B}`);
    server.run(10);
    expect(heard()).toEqual([...frames(1, 0, 4), '-', '-', ...frames(2, 0, 3), '-']);
    const about = (name: string): string[] => server.seen(name).map((event) => event['Playback-File-Path']!);
    expect([about('PLAYBACK_START'), about('PLAYBACK_STOP')]).toEqual([
      [A, B],
      [A, B],
    ]);
    expect(server.seen('PLAYBACK_STOP').map((event) => event['Playback-Status'])).toEqual(['done', 'done']);
    expect(party.variable('playback_samples')).toBe('480');
  });

  it('plays a file_string as one sound without a seam', () => {
    party.execute('playback', `file_string://${A}!silence_stream://40!${B}`);
    server.run(10);
    expect(heard()).toEqual([...frames(1, 0, 4), '-', '-', ...frames(2, 0, 3), '-']);
    expect(server.seen('PLAYBACK_START')).toHaveLength(1);
    expect(party.variable('playback_ms')).toBe('180');
  });

  it.each([
    ['/nowhere/x.wav'],
    ['relative.wav'],
    ['file_string:///nowhere/x.wav'],
    [`file_string://${A}!/nowhere/x.wav`],
    ['silence_stream://0'],
    ['tone_stream://nonsense'],
    ['http://somewhere/x.wav'],
  ])('answers FILE NOT FOUND for %s, and the call goes on', (name) => {
    party.execute('playback', name);
    expect(party.completed).toEqual(['playback: FILE NOT FOUND']);
    party.execute('playback', A);
    server.run(4);
    expect(heard()).toEqual(frames(1, 0, 4));
  });

  it('plays what there is of a damaged file', () => {
    const path = folder.voice('cut.wav', 1, 4);
    truncateSync(path, 44 + 2 * 320 + 1);
    party.execute('playback', path);
    server.run(4);
    expect(heard()).toEqual(['v1:0', 'v1:1', '-', '-']);
    writeFileSync(path, 'no sound');
    party.execute('playback', path);
    expect(party.completed).toEqual(['playback: FILE PLAYED', 'playback: FILE NOT FOUND']);
  });

  it('plays bare codes, and a name without extension as WAV', () => {
    const codes = folder.file('bare.PCMU');
    writeFileSync(codes, Buffer.concat([voiceFrame(2, 0), voiceFrame(2, 1)]));
    party.execute('playback', `file_string://${codes}!${A.replace('.wav', '')}`);
    server.run(6);
    expect(heard()).toEqual([...frames(2, 0, 2), ...frames(1, 0, 4)]);
  });

  it('starts at a sample given with @@', () => {
    party.execute('playback', `${A}@@320`);
    server.run(3);
    expect(heard()).toEqual(['v1:2', 'v1:3', '-']);
  });

  it('plays tones for ever, until it is stopped', () => {
    party.execute('playback', 'tone_stream://%(40,40,440);loops=-1');
    server.run(500);
    expect(party.heard).toHaveLength(500);
    expect(party.heard[0]!.equals(party.heard[4]!)).toBe(true);
    expect(server.api(`uuid_break ${party.uuid}`)).toBe('+OK\n');
    expect(party.completed).toEqual(['playback: FILE PLAYED']);
    expect(server.seen('PLAYBACK_STOP')[0]).toMatchObject({
      'Playback-Status': 'break',
      'Playback-File-Type': 'tone_stream',
    });
  });

  it('goes on with the next file of a list after uuid_break, also with all, as FreeSWITCH does', () => {
    party.channel.variables.set('playback_delimiter', '!');
    party.execute('playback', `${LONG}!${A}`);
    server.run(2);
    server.api(`uuid_break ${party.uuid} all`);
    server.run(5);
    expect(heard()).toEqual(['v3:0', 'v3:1', ...frames(1, 0, 4), '-']);
  });

  it('ends with PLAYBACK ERROR when playback_timeout_sec is over', () => {
    party.channel.variables.set('playback_timeout_sec', '2');
    party.execute('playback', 'silence_stream://-1');
    server.run(100);
    expect(party.completed).toEqual([]);
    server.run(1);
    expect(party.completed).toEqual(['playback: PLAYBACK ERROR']);
  });

  it.each([
    ['any', '5', true],
    ['none', '5', false],
    ['#*', '#', true],
    ['#*', '5', false],
    [undefined, '*', true],
    [undefined, '#', false],
  ])('with playback_terminators=%s the key %s stops it: %s', (terminators, key, stops) => {
    party.channel.variables.set('playback_terminators', terminators);
    party.execute('playback', LONG);
    server.run(3);
    party.press(key);
    expect(party.completed).toEqual(stops ? ['playback: FILE PLAYED'] : []);
    expect(party.variable('playback_terminator_used')).toBe(stops ? key : undefined);
    expect(server.seen('DTMF').map((event) => event['DTMF-Digit'])).toEqual([key]);
    server.run(2);
    expect(heard().slice(3)).toEqual(stops ? silence(2) : ['v3:3', 'v3:4']);
  });
});

describe('applications inside applications', () => {
  it('a second playback runs inside the first, which then goes on with its next frame', () => {
    party.execute('playback', A, { uuid: 'first' });
    server.run(2);
    party.execute('playback', B, { uuid: 'second' });
    server.run(7);
    expect(heard()).toEqual([...frames(1, 0, 2), ...frames(2, 0, 3), ...frames(1, 2, 4), '-', '-']);
    expect(server.seen('CHANNEL_EXECUTE_COMPLETE').map((event) => event['Application-UUID'])).toEqual([
      'second',
      'first',
    ]);
  });

  it('event-lock makes the next ones wait', () => {
    party.execute('playback', A, { uuid: 'first', lock: true });
    party.execute('playback', B, { uuid: 'second' });
    party.execute('set', 'x=1', { uuid: 'third' });
    expect(party.variable('x')).toBeUndefined();
    server.run(8);
    expect(heard()).toEqual([...frames(1, 0, 4), ...frames(2, 0, 3), '-']);
    expect(party.variable('x')).toBe('1');
  });

  it('loops repeat an application', () => {
    party.execute('playback', B, { loops: 2 });
    server.run(7);
    expect(heard()).toEqual([...frames(2, 0, 3), ...frames(2, 0, 3), '-']);
  });

  it('an unknown application ends the call, without a completion', () => {
    party.execute('fly');
    expect(party.channel.hangupCause).toBe('DESTINATION_OUT_OF_ORDER');
    expect(party.completed).toEqual(['park: _none_']);
  });

  it('a hang-up completes what runs and is told once', () => {
    party.execute('playback', LONG);
    party.execute('sleep', '5000');
    party.execute('hangup', 'USER_BUSY');
    expect(party.completed).toEqual(['sleep: _none_', 'playback: _none_', 'park: _none_', 'hangup: _none_']);
    expect(server.seen('CHANNEL_HANGUP').map((event) => event['Hangup-Cause'])).toEqual(['USER_BUSY']);
    expect(server.engine.channels.size).toBe(0);
    expect(server.seen('PLAYBACK_STOP')).toHaveLength(1);
  });

  it('variables are put into arguments', () => {
    party.channel.variables.set('prompt', A);
    party.execute('playback', '${prompt}${nothing}');
    server.run(1);
    expect(heard()).toEqual(['v1:0']);
    expect(server.seen('CHANNEL_EXECUTE').at(-1)!['Application-Data']).toBe(A);
  });
});

describe('keys', () => {
  it('pressed while nothing reads them are events when they are read', () => {
    party.channel.apps.rest({ abort: () => undefined });
    party.press('1');
    party.press('2');
    server.run(3);
    expect(server.seen('DTMF')).toEqual([]);
    party.execute('sleep', '100');
    server.run(1);
    expect(server.seen('DTMF').map((event) => event['DTMF-Digit'])).toEqual(['1', '2']);
  });

  it('are told at once, with duration and source, and without variables', () => {
    party.press('8', 1600);
    const event = server.seen('DTMF')[0]!;
    expect(event).toMatchObject({
      'DTMF-Digit': '8',
      'DTMF-Duration': '1600',
      'DTMF-Source': 'RTP',
      'Unique-ID': party.uuid,
    });
    expect(Object.keys(event).filter((name) => name.startsWith('variable_'))).toEqual([]);
  });

  it('are not told with sensitive_dtmf', () => {
    party.channel.variables.set('sensitive_dtmf', 'true');
    party.execute('play_and_get_digits', `0 4 1 2000 # ${A} silence_stream://20 pin \\d+ 1000`);
    for (const key of '12#') party.press(key);
    expect(party.variable('pin')).toBe('12');
    expect(server.seen('DTMF')).toEqual([]);
  });

  it('can be injected', () => {
    expect(server.api(`uuid_recv_dtmf ${party.uuid} 4#@100`)).toBe(`+OK ${party.uuid} received DTMF 4#@100.\n`);
    expect(
      server.seen('DTMF').map((event) => [event['DTMF-Digit'], event['DTMF-Duration'], event['DTMF-Source']]),
    ).toEqual([
      ['4', '800', 'APP'],
      ['#', '800', 'APP'],
    ]);
    expect(server.api(`uuid_recv_dtmf ${party.uuid} x`)).toMatch(/^-USAGE/);
  });

  it('are sent by send_dtmf as telephone events, in place of audio', () => {
    party.execute('send_dtmf', '1@100');
    server.run(12);
    const types = party.packets.map((packet) => packet.payloadType);
    expect(types).toEqual([101, 101, 101, 101, 101, 101, 101, 0, 0]);
    const { packets } = party;
    expect(packets.at(-1)!.timestamp - packets[0]!.timestamp).toBe(11 * 160);
  });
});

describe('play_and_get_digits', () => {
  const collect = (rest: string): void => party.execute('play_and_get_digits', rest);

  it('the first key stops the prompt and counts; a terminator ends it', () => {
    collect(`1 4 1 3000 # ${LONG} silence_stream://20 digits \\d+ 2000`);
    server.run(3);
    party.press('4');
    server.run(2);
    expect(heard()).toEqual([...frames(3, 0, 3), '-', '-']);
    party.press('2');
    party.press('#');
    expect(party.completed).toEqual(['play_and_get_digits: _none_']);
    expect([party.variable('digits'), party.variable('read_terminator_used'), party.variable('read_result')]).toEqual([
      '42',
      '#',
      'success',
    ]);
  });

  it('ends with the most digits', () => {
    collect(`1 2 1 3000 # ${A} silence_stream://20 digits \\d+ 2000`);
    party.press('4');
    party.press('2');
    expect(party.completed).toHaveLength(1);
    expect(party.variable('digits')).toBe('42');
  });

  it('waits timeout after the prompt, then digit timeout between keys; what is enough then is a success', () => {
    collect(`1 4 1 1000 # ${A} silence_stream://20 digits \\d+ 400`);
    server.run(4 + 40);
    party.press('7');
    server.run(19);
    expect(party.completed).toHaveLength(0);
    server.run(1);
    expect(party.completed).toHaveLength(1);
    expect([party.variable('digits'), party.variable('read_result')]).toEqual(['7', 'timeout']);
  });

  it('raises a timeout below a second to a second', () => {
    collect(`1 4 1 20 # silence silence_stream://20 digits \\d+ 0`);
    server.run(49);
    expect(party.completed).toHaveLength(0);
    server.run(3);
    expect(party.completed).toHaveLength(1);
    expect(party.variable('digits')).toBeUndefined();
  });

  it('plays the invalid file and tries again; keys pressed meanwhile wait for the next try', () => {
    collect(`1 1 2 3000 # ${A} ${B} digits [12] 2000`);
    party.press('9');
    expect(party.variable('digits')).toBeUndefined();
    expect(party.variable('digits_invalid')).toBe('9');
    server.run(2);
    party.press('1');
    expect(party.completed).toHaveLength(0);
    server.run(3);
    expect(heard().slice(0, 3)).toEqual(frames(2, 0, 3));
    expect(party.variable('digits')).toBe('1');
    expect(party.completed).toHaveLength(1);
  });

  it('with one digit wanted a terminator leaves nothing', () => {
    collect(`0 1 1 3000 # ${A} silence_stream://20 digits \\d+ 2000`);
    party.press('#');
    server.run(60);
    expect(party.variable('digits')).toBeUndefined();
  });

  it('never clears the terminator of an earlier call', () => {
    collect(`1 4 1 3000 # ${A} silence_stream://20 digits \\d+ 2000`);
    for (const key of '1#') party.press(key);
    collect(`1 1 1 3000 # ${A} silence_stream://20 digits \\d+ 2000`);
    party.press('2');
    expect([party.variable('digits'), party.variable('read_terminator_used')]).toEqual(['2', '#']);
  });

  it('fails at once when the prompt is missing, and survives a bad pattern', () => {
    collect(`1 4 2 3000 # /nowhere.wav /nowhere.wav digits \\d+ 2000`);
    expect(party.completed).toHaveLength(1);
    collect(`1 1 1 3000 # ${A} silence_stream://20 digits [ 2000`);
    party.press('5');
    server.run(3);
    expect(party.completed).toHaveLength(2);
    expect(party.variable('digits_invalid')).toBe('5');
  });
});

describe('record', () => {
  it('writes what the party says until a terminator, and says how much', () => {
    party.channel.variables.set('playback_terminators', '#');
    const path = folder.file('name.wav');
    party.execute('record', `${path} 5`);
    server.run(20, (n) => party.say(voiceFrame(1, n)));
    party.press('5');
    party.press('#');
    expect(party.completed).toEqual(['record: _none_']);
    expect([
      party.variable('record_samples'),
      party.variable('record_ms'),
      party.variable('playback_terminator_used'),
    ]).toEqual(['3200', '400', '#']);
    const file = folder.read(path);
    expect(namedFrames(file.lanes[0]!, [1])).toEqual(['-', ...frames(1, 0, 19)]);
    expect(file.headerBytes).toBe(6400);
    expect(heard()).toEqual(silence(20));
    expect(server.seen('RECORD_STOP').map((event) => event['Record-File-Path'])).toEqual([path]);
  });

  it('ends at its limit', () => {
    party.execute('record', `${folder.file('limit.wav')} 2`);
    server.run(99, (n) => party.say(voiceFrame(1, n % 60)));
    expect(party.completed).toHaveLength(0);
    server.run(1);
    expect(party.variable('record_seconds')).toBe('2');
  });

  it('ends after silence', () => {
    party.execute('record', `${folder.file('quiet.wav')} 20 200 1`);
    const quiet = new Uint8Array(160).fill(0xff);
    server.run(30, (n) => party.say(voiceFrame(1, n)));
    server.run(49, () => party.say(quiet));
    expect(party.completed).toHaveLength(0);
    server.run(3, () => party.say(quiet));
    expect(party.completed).toHaveLength(1);
    expect(party.variable('silence_hits_exhausted')).toBe('true');
  });

  it('hangs up when the file cannot be written, as FreeSWITCH does', () => {
    party.execute('record', '/proc/nowhere/x.wav');
    expect(party.channel.hangupCause).toBe('DESTINATION_OUT_OF_ORDER');
  });

  it('ends but does not hang up when the disk is full on the way', () => {
    party.execute('record', '/dev/full');
    expect(party.channel.hangupCause).toBe('DESTINATION_OUT_OF_ORDER');
  });
});

describe('small applications', () => {
  it('set, multiset, export, unset', () => {
    party.execute('set', 'A=b=c');
    party.execute('multiset', '^^^x=1^y=two words');
    party.execute('multiset', 'p=1 q=2');
    party.execute('export', 'e=5');
    party.execute('unset', 'x');
    const values = ['a', 'x', 'y', 'p', 'q', 'e', 'export_vars'].map((name) => party.variable(name));
    expect(values).toEqual(['b=c', undefined, 'two words', '1', '2', '5', 'e']);
  });

  it('set_mute read makes the party silent to others but not its keys', () => {
    party.execute('set_mute', 'read true');
    party.channel.variables.set('playback_terminators', '#');
    const path = folder.file('mute.wav');
    party.execute('record', path);
    server.run(10, (n) => party.say(voiceFrame(1, n)));
    party.press('#');
    expect(namedFrames(folder.read(path).lanes[0]!, [1])).toEqual(silence(10));
  });

  it('sleep waits, and uuid_break wakes it', () => {
    party.execute('sleep', '100');
    server.run(5);
    expect(party.completed).toEqual([]);
    server.run(1);
    expect(party.completed).toEqual(['sleep: _none_']);
    party.execute('sleep', '60000');
    server.api(`uuid_break ${party.uuid}`);
    expect(party.completed).toHaveLength(2);
    expect(party.heard).toHaveLength(6);
  });

  it('sends nothing while it waits when send_silence_when_idle is off', () => {
    party.channel.variables.set('send_silence_when_idle', '0');
    server.run(10);
    expect(party.heard).toHaveLength(0);
  });
});
