import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { FakeServer, type FakeParty } from './testing/fake-party.ts';
import { delayOf } from './scheduler.ts';

let server: FakeServer;
let party: FakeParty;
beforeEach(() => {
  vi.useFakeTimers();
  server = new FakeServer();
  party = server.party();
});
afterEach(() => {
  server.engine.scheduler.close();
  vi.useRealTimers();
});

describe('scheduled work', () => {
  it('sched_api runs a command after its time, once, whoever asked for it', () => {
    const answer = server.api(`sched_api +3 ${party.uuid} uuid_setvar ${party.uuid} warned true`);
    expect(answer).toBe('+OK Added: 1\n');
    vi.advanceTimersByTime(2999);
    expect(party.variable('warned')).toBeUndefined();
    vi.advanceTimersByTime(1);
    expect(party.variable('warned')).toBe('true');
    expect(server.engine.scheduler.size).toBe(0);
  });

  it('keeps quotes of the command', () => {
    server.api(`sched_api +1 none uuid_transfer ${party.uuid} 'sleep:40,hangup:USER_BUSY' inline`);
    vi.advanceTimersByTime(1000);
    server.run(5);
    expect(party.channel.hangupCause).toBe('USER_BUSY');
  });

  it('sched_hangup ends the call with ALLOTTED_TIMEOUT, or as told', () => {
    const other = server.party();
    expect(server.api(`sched_hangup +2 ${party.uuid}`)).toBe('+OK\n');
    expect(server.api(`sched_hangup +2 ${other.uuid} NORMAL_CLEARING`)).toBe('+OK\n');
    vi.advanceTimersByTime(2000);
    expect([party.channel.hangupCause, other.channel.hangupCause]).toEqual(['ALLOTTED_TIMEOUT', 'NORMAL_CLEARING']);
    expect(server.api(`sched_hangup +1 ${party.uuid}`)).toBe('-ERR No such channel!\n');
  });

  it('sched_transfer moves both legs of a bridge', () => {
    const other = server.party();
    server.api(`uuid_bridge ${party.uuid} ${other.uuid}`);
    server.api(`sched_transfer +5 ${party.uuid} -both 'sleep:20,hangup:NORMAL_CLEARING' inline`);
    vi.advanceTimersByTime(5000);
    server.run(3);
    expect([party.channel.hangupCause, other.channel.hangupCause]).toEqual(['NORMAL_CLEARING', 'NORMAL_CLEARING']);
  });

  it('work of a channel goes with it; work of another group stays', () => {
    server.api(`sched_api +60 ${party.uuid} status`);
    server.api(`sched_hangup +60 ${party.uuid}`);
    server.api(`sched_api +60 none status`);
    party.channel.hangup('NORMAL_CLEARING');
    expect(server.engine.scheduler.dump().map((task) => task.group)).toEqual(['none']);
  });

  it('sched_del forgets by number or group; finding none is also +OK', () => {
    server.api(`sched_api +60 a status`);
    server.api(`sched_api +60 b status`);
    server.api(`sched_api +60 b status`);
    expect(server.api('sched_del 1')).toBe('+OK Deleted: 1\n');
    expect(server.api('sched_del b')).toBe('+OK Deleted: 2\n');
    expect(server.api('sched_del b')).toBe('+OK Deleted: 0\n');
    expect(server.engine.scheduler.size).toBe(0);
  });

  it('+0 is now', () => {
    server.api(`sched_hangup +0 ${party.uuid}`);
    expect(party.channel.hangupCause).toBe('ALLOTTED_TIMEOUT');
  });

  it.each(['soon x status', '+3 x', '+3', '', '-3 x status'])('refuses %j', (text) => {
    expect(server.api(`sched_api ${text}`)).toMatch(/^-ERR Invalid syntax/);
  });

  it('reads relative and absolute times', () => {
    expect(delayOf('+90', 5000)).toBe(90_000);
    expect(delayOf('100', 40_000)).toBe(60_000);
    expect(delayOf('10', 40_000)).toBe(0);
    expect(delayOf('x', 0)).toBeUndefined();
  });
});

describe('the end of the controller', () => {
  it('ends a channel that only waited for it, and lets a playback come to its end first', () => {
    const playing = server.party();
    for (const one of [party, playing]) {
      one.channel.controlled = true;
      one.channel.apps.reroute([{ app: 'park', argument: '' }]);
    }
    playing.execute('playback', 'silence_stream://200');
    party.channel.controlled = false;
    playing.channel.controlled = false;
    server.run(1);
    expect([party.channel.hangupCause, playing.channel.hangupCause]).toEqual(['NORMAL_CLEARING', undefined]);
    server.run(11);
    expect(playing.channel.hangupCause).toBe('NORMAL_CLEARING');
  });

  it('leaves a bridge up; when a party then leaves, the other one is parked until its scheduled end', () => {
    const other = server.party();
    for (const one of [party, other]) one.channel.controlled = true;
    server.api(`uuid_bridge ${party.uuid} ${other.uuid}`);
    server.api(`sched_hangup +10 ${other.uuid}`);
    for (const one of [party, other]) one.channel.controlled = false;
    server.run(10);
    party.channel.hangup('NORMAL_CLEARING');
    server.run(10);
    expect([other.channel.hangupCause, other.channel.state]).toEqual([undefined, 'CS_PARK']);
    vi.advanceTimersByTime(10_000);
    expect(other.channel.hangupCause).toBe('ALLOTTED_TIMEOUT');
  });
});

describe('a party that sends nothing', () => {
  it('is ended with MEDIA_TIMEOUT, in ten times as long on hold, and never before it has a peer', () => {
    const held = server.party({ ...party.channel.leg.agreement!, sends: false });
    const alone = server.party({ ...party.channel.leg.agreement!, remote: null });
    for (const one of [party, held, alone]) one.channel.variables.set('rtp_timeout_sec', '5');
    server.run(249);
    expect(party.channel.hangupCause).toBeUndefined();
    server.run(51);
    expect(party.channel.hangupCause).toBe('MEDIA_TIMEOUT');
    server.run(2150);
    expect(held.channel.hangupCause).toBeUndefined();
    server.run(100);
    expect([held.channel.hangupCause, alone.channel.hangupCause]).toEqual(['MEDIA_TIMEOUT', undefined]);
  });
});
