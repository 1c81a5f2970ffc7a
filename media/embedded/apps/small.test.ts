import { afterAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { FakeServer, type FakeParty } from '#media/embedded/testing/fake-party.ts';
import { SoundFolder, voiceFrame } from '#media/embedded/testing/fake-sounds.ts';

const folder = new SoundFolder();
afterAll(() => folder.remove());

let server: FakeServer;
let party: FakeParty;
beforeEach(() => {
  server = new FakeServer();
  party = server.party();
});

describe('small applications', () => {
  it.each(['pre_answer', 'ring_ready', 'log'])('%s is over at once', (app) => {
    party.execute(app, 'INFO hello');
    expect(party.completed).toEqual([`${app}: _none_`]);
  });

  it('multiunset forgets several variables', () => {
    party.execute('multiset', '^^^a=1^b=2^c=3');
    party.execute('multiunset', '^^:a:b');
    party.execute('multiunset', 'c');
    expect([party.variable('a'), party.variable('b'), party.variable('c')]).toEqual([undefined, undefined, undefined]);
  });

  it('echo lets the party hear itself until it is broken off', () => {
    party.execute('echo', '');
    server.run(4, (n) => party.say(voiceFrame(1, n)));
    expect(party.heard.length).toBeGreaterThan(0);
    server.api(`uuid_break ${party.uuid}`);
    expect(party.completed).toEqual(['echo: _none_']);
  });

  it('transfer goes on with other applications', () => {
    party.execute('transfer', "'set:moved=yes,sleep:5000' inline");
    expect([party.variable('moved'), party.channel.apps.names]).toEqual(['yes', ['sleep']]);
    party.execute('transfer', '1000 XML default');
    expect(party.channel.apps.names).toEqual(['sleep']);
  });

  it('record_session and stop_record_session are as uuid_record', () => {
    const path = folder.file('session.wav');
    party.execute('record_session', path);
    server.run(5, (n) => party.say(voiceFrame(1, n)));
    party.execute('stop_record_session', folder.file('other.wav'));
    expect(server.seen('RECORD_STOP')).toHaveLength(0);
    party.execute('stop_record_session', path);
    expect(server.seen('RECORD_STOP')).toMatchObject([
      { 'Record-File-Path': path, variable_record_file_size: String(folder.read(path).headerBytes) },
    ]);
  });

  it('record_session ends at its limit', () => {
    party.execute('record_session', `${folder.file('limited.wav')} +1`);
    server.run(60, (n) => party.say(voiceFrame(1, n)));
    expect(server.seen('RECORD_STOP')).toHaveLength(1);
  });

  it('sched_hangup ends the call in time', () => {
    vi.useFakeTimers();
    try {
      party.execute('sched_hangup', '+2 USER_BUSY');
      vi.advanceTimersByTime(1900);
      expect(party.channel.hangupCause).toBeUndefined();
      vi.advanceTimersByTime(200);
      expect(party.channel.hangupCause).toBe('USER_BUSY');
    } finally {
      vi.useRealTimers();
    }
  });

  it.each(['flush_dtmf', 'uuid_flush_dtmf'])('%s forgets the keys that wait', (flush) => {
    party.channel.apps.rest({ abort: () => undefined });
    party.press('5');
    if (flush === 'flush_dtmf') party.execute(flush, '');
    else expect(server.api(`uuid_flush_dtmf ${party.uuid}`)).toBe('+OK\n');
    party.execute('sleep', '60');
    server.run(2);
    expect(server.seen('DTMF')).toEqual([]);
  });
});

describe('small commands', () => {
  it('remember what is set for all channels', () => {
    expect(server.api('global_setvar color=blue')).toBe('+OK');
    expect(server.api('global_getvar color')).toBe('blue');
    expect(server.api('global_setvar color=')).toBe('+OK');
    expect(server.api('global_getvar color')).toBe('');
    expect(server.api('global_setvar')).toMatch(/^-USAGE/);
  });

  it('answer what they are asked', () => {
    expect(server.api('echo hello there')).toBe('hello there');
    expect(server.api('create_uuid')).toMatch(/^[0-9a-f-]{36}$/);
    expect([server.api('module_exists mod_sofia'), server.api('module_exists mod_x')]).toEqual(['true', 'false']);
  });
});

describe('the end of a channel', () => {
  it('tells why, when and how long, once it is complete', () => {
    party.execute('set', 'last=word');
    party.channel.times.answered = party.channel.times.created + 1000;
    party.channel.hangup('USER_BUSY');
    const [begun, complete, gone] = ['CHANNEL_HANGUP', 'CHANNEL_HANGUP_COMPLETE', 'CHANNEL_DESTROY'].map(
      (name) => server.seen(name)[0]!,
    );
    expect([begun!['variable_hangup_cause'], complete!['variable_hangup_cause']]).toEqual([undefined, 'USER_BUSY']);
    expect([begun, complete, gone].map((event) => event!['Channel-State-Number'])).toEqual(['10', '11', '12']);
    expect(begun!['Caller-Channel-Hangup-Time']).toBe('0');
    expect(complete).toMatchObject({
      variable_hangup_cause_q850: '17',
      variable_bridge_epoch: '0',
      variable_answermsec: '1000',
      variable_answersec: '1',
      variable_last_app: 'set',
      variable_last_arg: 'last=word',
      variable_rtp_audio_in_packet_count: '0',
    });
    expect(complete!['variable_bridge_stamp']).toBeUndefined();
    expect(complete!['variable_start_stamp']).toMatch(/^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d$/);
    expect(complete!['variable_start_uepoch']).toBe(String(party.channel.times.created * 1000));
  });

  it('has a number of Q.850 also where its cause is none of Q.850', () => {
    party.channel.hangup('ALLOTTED_TIMEOUT');
    expect(server.seen('CHANNEL_HANGUP_COMPLETE')).toMatchObject([
      { variable_hangup_cause: 'ALLOTTED_TIMEOUT', variable_hangup_cause_q850: '16' },
    ]);
  });

  it('leaves no response of an application that has none', () => {
    party.execute('playback', 'silence_stream://20');
    server.run(4);
    expect(party.variable('current_application_response')).toBe('FILE PLAYED');
    party.execute('set', 'a=1');
    expect([party.variable('current_application_response'), party.variable('current_loop')]).toEqual([
      undefined,
      undefined,
    ]);
    expect(server.seen('CHANNEL_EXECUTE_COMPLETE').at(-1)).toMatchObject({
      variable_current_loop: '1',
      variable_total_loops: '1',
    });
  });
});
