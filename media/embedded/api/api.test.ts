import { existsSync } from 'node:fs';
import { afterAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { WavWriter } from '#media/audio/wav-writer.ts';
import { FakeServer, type FakeParty } from '#media/embedded/testing/fake-party.ts';
import { linear, namedFrames, SoundFolder, voiceFrame } from '#media/embedded/testing/fake-sounds.ts';
import { inlineSteps } from './uuid-control.ts';

const folder = new SoundFolder();
afterAll(() => folder.remove());

let server: FakeServer;
let party: FakeParty;
beforeEach(() => {
  server = new FakeServer();
  party = server.party();
});
const on = (command: string, rest = ''): string => server.api(`${command} ${party.uuid} ${rest}`);
const say = (count: number): void => server.run(count, (n) => party.say(voiceFrame(1, n)));

describe('uuid_record', () => {
  const path = (name: string): string => folder.file(name);

  it('records both directions mixed when RECORD_STEREO is not set', () => {
    const file = path('mono.wav');
    expect(on('uuid_record', `start ${file}`)).toBe('+OK Success\n');
    party.execute('playback', folder.voice('v2.wav', 2, 5));
    say(6);
    expect(on('uuid_record', `stop ${file}`)).toBe('+OK Success\n');
    const { channels, lanes } = folder.read(file);
    expect(channels).toBe(1);
    expect(namedFrames(lanes[0]!, [1, 2])[0]).toBe('v2:0');
    const [mine, theirs] = [linear(voiceFrame(1, 0)), linear(voiceFrame(2, 1))];
    const mixed = mine.map((sample, i) => Math.max(-32768, Math.min(32767, sample + theirs[i]!)));
    expect(lanes[0]!.slice(160, 320)).toEqual(mixed);
  });

  it.each([
    ['RECORD_READ_ONLY', ['-', 'v1:0', 'v1:1']],
    ['RECORD_WRITE_ONLY', ['v2:0', 'v2:1', 'v2:2']],
  ])('records one side with %s', (variable, expected) => {
    const file = path(`${variable}.wav`);
    party.channel.variables.set(variable, 'true');
    on('uuid_record', `start ${file}`);
    party.execute('playback', folder.voice('v2b.wav', 2, 5));
    say(3);
    on('uuid_record', `stop ${file}`);
    expect(namedFrames(folder.read(file).lanes[0]!, [1, 2])).toEqual(expected);
  });

  it('swaps the sides with RECORD_STEREO_SWAP, also given for this recording alone', () => {
    const file = path('swap.wav');
    on('uuid_record', `start ${file} 0 {RECORD_STEREO_SWAP=true}`);
    say(3);
    on('uuid_record', `stop ${file}`);
    const { lanes } = folder.read(file);
    expect(lanes.map((lane) => namedFrames(lane, [1]))).toEqual([
      ['-', '-', '-'],
      ['-', 'v1:0', 'v1:1'],
    ]);
  });

  it('finds a recording by the exact text of its path only', () => {
    const file = path('exact.wav');
    on('uuid_record', `start ${file}`);
    const other = file.replace('/exact', '/./exact');
    expect(on('uuid_record', `mask ${other}`)).toBe('-ERR Cannot mask recording session!\n');
    expect(on('uuid_record', `unmask ${other}`)).toBe('-ERR Cannot unmask recording session!\n');
    expect(on('uuid_record', `pause ${other}`)).toBe('-ERR Cannot pause recording session!\n');
    expect(on('uuid_record', `resume ${other}`)).toBe('-ERR Cannot resume recording session!\n');
    expect(on('uuid_record', `stop ${other}`)).toBe('-ERR Cannot stop record session!\n');
    expect(on('uuid_record', `mask ${file}`)).toBe('+OK Success\n');
  });

  it('changes nothing when started twice, and ends all at once', () => {
    const [one, two] = [path('one.wav'), path('two.wav')];
    on('uuid_record', `start ${one}`);
    say(2);
    expect(on('uuid_record', `start ${one}`)).toBe('+OK Success\n');
    on('uuid_record', `start ${two}`);
    say(2);
    expect(on('uuid_record', 'stop all')).toBe('+OK Success\n');
    expect([folder.read(one).headerBytes, folder.read(two).headerBytes]).toEqual([1280, 640]);
    expect(server.seen('RECORD_START')).toHaveLength(2);
    expect(server.seen('RECORD_STOP').map((event) => event['Record-Completion-Cause'])).toEqual([
      'success-maxtime',
      'success-maxtime',
    ]);
  });

  it('ends at its limit and when the call ends; the file is complete when RECORD_STOP is told', () => {
    const [limited, whole] = [path('limited.wav'), path('whole.wav')];
    on('uuid_record', `start ${limited} 1`);
    on('uuid_record', `start ${whole}`);
    server.run(60, (n) => party.say(voiceFrame(1, n)));
    expect(server.seen('RECORD_STOP').map((event) => event['Record-File-Path'])).toEqual([limited]);
    party.channel.hangup('NORMAL_CLEARING');
    expect(folder.read(limited).headerBytes).toBe(16_000);
    expect(folder.read(whole).headerBytes).toBe(60 * 320);
    expect(server.seen('RECORD_STOP')[1]).toMatchObject({ variable_record_samples: '9600' });
  });

  it('discards an empty file, and one shorter than RECORD_MIN_SEC', () => {
    const [empty, short] = [path('empty.wav'), path('short.wav')];
    on('uuid_record', `start ${empty}`);
    on('uuid_record', `stop ${empty}`);
    party.channel.variables.set('RECORD_MIN_SEC', '1');
    on('uuid_record', `start ${short}`);
    say(3);
    on('uuid_record', `stop ${short}`);
    expect([existsSync(empty), existsSync(short), party.variable('RECORD_DISCARDED')]).toEqual([false, false, 'true']);
  });

  it.each(['relative.wav', '/tmp/sound.raw', '/proc/nowhere/x.wav', '/dev/null/x.wav'])(
    'refuses %s, and the call goes on',
    (bad) => {
      expect(on('uuid_record', `start ${bad}`)).toBe('-ERR Cannot record session!\n');
      expect(party.channel.hangupCause).toBeUndefined();
      expect(server.engine.past.failedRecordings).toBe(1);
    },
  );

  it('ends when the disk is full: the event says so, the call goes on, what was written stays', () => {
    const file = path('full.wav');
    on('uuid_record', `start ${file}`);
    say(50);
    const full = vi.spyOn(WavWriter.prototype, 'write').mockImplementation(() => {
      throw Object.assign(new Error('no space left on device'), { code: 'ENOSPC' });
    });
    say(50);
    full.mockRestore();
    expect(server.seen('RECORD_STOP').map((event) => event['Record-Completion-Cause'])).toEqual(['uri-failure']);
    expect([party.channel.hangupCause, server.engine.past.failedRecordings]).toEqual([undefined, 1]);
    expect(folder.read(file).lanes[0]!.length).toBeGreaterThan(0);
    expect(on('uuid_record', `stop ${file}`)).toBe('-ERR Cannot stop record session!\n');
    expect(on('uuid_record', `start ${file}`)).toBe('+OK Success\n');
  });

  it('refuses a file that another channel is writing', () => {
    const file = path('shared.wav');
    const other = server.party();
    expect(on('uuid_record', `start ${file}`)).toBe('+OK Success\n');
    expect(server.api(`uuid_record ${other.uuid} start ${file}`)).toBe('-ERR Cannot record session!\n');
    party.channel.hangup('NORMAL_CLEARING');
    expect(server.api(`uuid_record ${other.uuid} start ${file}`)).toBe('+OK Success\n');
  });

  it('answers with usage or an error where words are missing or wrong', () => {
    expect(on('uuid_record')).toMatch(/^-USAGE: /);
    expect(on('uuid_record', 'start')).toMatch(/^-USAGE: /);
    expect(on('uuid_record', 'fly /a.wav')).toMatch(/^-USAGE: /);
    expect(server.api('uuid_record nobody start /a.wav')).toBe('-ERR Cannot locate session!\n');
  });

  it('writes at least each second', () => {
    const file = path('flush.wav');
    on('uuid_record', `start ${file} 0 {RECORD_STEREO=true}`);
    for (let seconds = 1; seconds <= 4; seconds += 1) {
      server.run(50, (n) => party.say(voiceFrame(1, n)));
      // what a crash leaves now lacks at most the last second
      expect(folder.read(file).lanes[0]!.length).toBeGreaterThanOrEqual((seconds - 1) * 8000);
    }
    expect(folder.read(file).headerBytes).toBe(0);
  });
});

describe('variables', () => {
  it('are read and written, names in any case', () => {
    expect(on('uuid_getvar', 'color')).toBe('_undef_');
    expect(on('uuid_setvar', 'Color deep blue')).toBe('+OK\n');
    expect(on('uuid_getvar', 'color')).toBe('deep blue');
    expect(on('uuid_setvar', 'color')).toBe('+OK\n');
    expect(on('uuid_getvar', 'color')).toBe('_undef_');
    expect(on('uuid_setvar_multi', 'a=1;b=two words;c=')).toBe('+OK\n');
    expect([party.variable('a'), party.variable('b'), party.variable('c')]).toEqual(['1', 'two words', undefined]);
    expect(server.api('uuid_getvar nobody x')).toBe('-ERR No such channel!\n');
    expect(server.api('uuid_getvar')).toMatch(/^-USAGE/);
  });

  it('uuid_dump shows headers and variables, percent-encoded', () => {
    party.channel.variables.set('odd', 'a b: 100%\né');
    const lines = on('uuid_dump').split('\n');
    expect(lines).toContain('variable_odd: a%20b%3A%20100%25%0A%C3%A9');
    expect(lines).toContain(`Unique-ID: ${party.uuid}`);
    expect(lines).toContain('Event-Name: CHANNEL_DATA');
    expect(JSON.parse(on('uuid_dump', 'json'))).toMatchObject({ variable_odd: 'a b: 100%\né' });
  });

  it('uuid_set_media_stats counts the packets of the party', () => {
    say(7);
    party.press('1');
    party.lose();
    say(3);
    expect(on('uuid_getvar', 'rtp_audio_in_media_packet_count')).toBe('_undef_');
    expect(on('uuid_set_media_stats')).toBe('+OK:\n');
    const value = (name: string): string | undefined => party.variable(`rtp_audio_${name}`);
    expect([value('in_media_packet_count'), value('in_packet_count'), value('in_dtmf_packet_count')]).toEqual([
      '10',
      '15',
      '5',
    ]);
    expect(value('out_media_packet_count')).toBe('10');
    expect(server.api('uuid_set_media_stats nobody')).toBe('-ERR No such channel nobody!\n');
  });
});

describe('transfer', () => {
  it('runs the applications of an inline dialplan in order, then hangs up', () => {
    const file = folder.voice('bye.wav', 2, 3);
    expect(on('uuid_transfer', `'playback:${file},hangup:USER_BUSY' inline`)).toBe('+OK\n');
    server.run(4);
    expect(party.heard.flatMap((codes) => namedFrames(linear(codes), [2]))).toEqual(['v2:0', 'v2:1', 'v2:2']);
    expect(party.channel.hangupCause).toBe('USER_BUSY');
  });

  it('hangs up when the applications are over', () => {
    on('uuid_transfer', 'sleep:40 inline');
    server.run(3);
    expect(party.channel.hangupCause).toBe('NORMAL_CLEARING');
  });

  it('with -both does so for the bridged one too, with -bleg only for that', () => {
    const other = server.party();
    server.api(`uuid_bridge ${party.uuid} ${other.uuid}`);
    on('uuid_transfer', '-bleg sleep:5000 inline');
    expect([party.channel.apps.names, other.channel.apps.names]).toEqual([[''], ['sleep']]);
    server.api(`uuid_bridge ${party.uuid} ${other.uuid}`);
    on('uuid_transfer', '-both park inline');
    expect([party.channel.apps.names, other.channel.apps.names]).toEqual([['park'], ['park']]);
    expect(server.engine.bridges.count).toBe(0);
  });

  it('refuses another dialplan', () => {
    expect(on('uuid_transfer', '1000 XML default')).toBe('-ERR\n');
    expect(on('uuid_transfer', '')).toMatch(/^-USAGE/);
    expect(on('uuid_park')).toBe('+OK\n');
  });

  it('reads inline dialplans', () => {
    expect(inlineSteps('playback:/a:b.wav,park')).toEqual([
      { app: 'playback', argument: '/a:b.wav' },
      { app: 'park', argument: '' },
    ]);
    expect(inlineSteps('m:^:playback:a,b.wav^hangup')).toEqual([
      { app: 'playback', argument: 'a,b.wav' },
      { app: 'hangup', argument: '' },
    ]);
  });
});

describe('the server', () => {
  it('shows its profile so that the client finds the address', () => {
    const table = server.api('sofia status');
    const address = /^\s*drachtio_mrf\s.*sip:mod_sofia@((?:[0-9]{1,3}\.){3}[0-9]{1,3}:\d+)/m.exec(table);
    expect(address?.[1]).toBe('127.0.0.1:5080');
  });

  it('shows its channels as text and as json', () => {
    expect(server.api('show channels count')).toBe('\n1 total.\n');
    const shown = JSON.parse(server.api('show channels as json')) as {
      row_count: number;
      rows: Record<string, string>[];
    };
    expect([shown.row_count, shown.rows[0]!['uuid'], shown.rows[0]!['callstate']]).toEqual([1, party.uuid, 'ACTIVE']);
    expect(server.api('show channels').split('\n')[1]).toContain(party.uuid);
    party.channel.hangup('NORMAL_CLEARING');
    expect(server.api('show channels')).toBe('\n0 total.\n');
    expect(JSON.parse(server.api('show channels as json'))).toEqual({ row_count: 0 });
  });

  it('knows itself', () => {
    expect(server.api('version short')).toBe('1.11.1\n');
    expect(server.api('hostname')).toBe(server.engine.bus.hostname);
    expect(server.api('global_getvar core_uuid')).toBe(server.engine.bus.coreUuid);
    expect(server.api('status')).toMatch(/^UP 0 years, 0 days/);
    expect(server.api(`uuid_exists ${party.uuid}`)).toBe('true');
  });

  it('does not know other commands', () => {
    expect(server.api('fly me')).toBe('-ERR fly Command not found!\n');
    expect(server.api('constructor')).toBe('-ERR constructor Command not found!\n');
    expect(server.api('')).toBe('-ERR  Command not found!\n');
  });
});
