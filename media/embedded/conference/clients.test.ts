import { once } from 'node:events';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { startSipServer, type SipServer } from '#sip-proxy/embedded/server.ts';
import { startMediaServer, type MediaServer } from '#media/embedded/server.ts';
import { coded, linear, SoundFolder, voiceFrame } from '#media/embedded/testing/fake-sounds.ts';
import { connectClients, type Clients, type NearEndpoint } from '#media/embedded/testing/real-clients.ts';
import { isSilence, RtpPhone, type HeardPacket } from '#media/embedded/testing/rtp-phone.ts';

/** The real drachtio-fsmrf with conferences, over real sockets. */

const folder = new SoundFolder();
let media: MediaServer;
let sip: SipServer;
let clients: Clients;
const phones: RtpPhone[] = [];

beforeAll(async () => {
  const host = '127.0.0.1';
  const eventSocket = { host, port: 0, password: 'word' };
  media = await startMediaServer({ sip: { host, port: 0 }, eventSocket, rtp: { host, portMin: 0, portMax: 0 } });
  sip = await startSipServer({ sip: { host, port: 0 }, admin: { host, port: 0, secret: 'word' } });
  clients = await connectClients({ admin: sip.adminPort, eventSocket: media.eventSocketPort });
  // the client tells of every conference on the console
  vi.spyOn(console, 'log').mockImplementation(() => undefined);
});
afterAll(async () => {
  vi.restoreAllMocks();
  clients.close();
  for (const phone of phones) phone.close();
  await media.close();
  await sip.close();
  folder.remove();
});

/** A phone that says its voice, and its endpoint. */
const leg = async (voice: number): Promise<[RtpPhone, NearEndpoint]> => {
  const phone = await RtpPhone.open((n) => voiceFrame(voice, n));
  phones.push(phone);
  const ep = await clients.ms.createEndpoint({ remoteSdp: phone.sdp() });
  ep.conn.socket.setNoDelay(true);
  phone.speakTo(Number(ep.local.mediaPort));
  return [phone, ep];
};
const gone = async (...endpoints: NearEndpoint[]): Promise<void> => {
  await Promise.all(endpoints.map((one) => one.destroy()));
};

const frames = (voice: number): Buffer[] => Array.from({ length: 64 }, (_, n) => Buffer.from(voiceFrame(voice, n)));
/** One of these voices alone is in the packet. */
const says = (voice: number) => {
  const known = new Set(frames(voice).map((frame) => frame.toString('hex')));
  return ({ type, payload }: HeardPacket): boolean => type === 0 && known.has(payload.toString('hex'));
};
/** Both voices together, at whatever distance in time. */
const sayBoth = (a: number, b: number) => {
  const known = new Set<string>();
  const lanes = frames(b).map(linear);
  for (const one of frames(a).map(linear))
    for (const other of lanes)
      known.add(coded(one.map((sample, i) => Math.max(-32768, Math.min(32767, sample + other[i]!)))).toString('hex'));
  return ({ payload }: HeardPacket): boolean => known.has(payload.toString('hex'));
};

describe('a conference', () => {
  it('is made, joined, asked, played into, recorded and ended, and every promise settles', async () => {
    const conference = await clients.ms.createConference('room', { maxMembers: 5 });
    await expect(clients.ms.createConference('room')).rejects.toBe('conference exists');
    // the client has asked for the events of the room and does not wait for the answer: answers come in order
    conference.endpoint.conn.socket.setNoDelay(true);
    await conference.getSize();
    const [ann, annsEnd] = await leg(1);
    const [bob, bobsEnd] = await leg(2);
    const added = once(conference, 'addMember');
    const joined = await annsEnd.join(conference);
    expect([joined.confUuid, joined.memberId > conference.memberId]).toEqual([conference.uuid, true]);
    await added;
    expect(conference.participants.get(joined.memberId)).toMatchObject({ channelUuid: annsEnd.uuid });
    const talks = once(conference, 'startTalking');
    await bobsEnd.join('room');
    await talks;
    await Promise.all([ann.next(says(2)), bob.next(says(1))]);
    expect([await conference.getSize(), await conference.get('max_members')]).toEqual([3, 5]);
    expect(await conference.set('max_members', '9')).toBe('5');

    const path = folder.file('room.wav');
    await conference.startRecording(path);
    expect((await conference.chkRecord()).getBody()).toBe(`+OK Record file ${path}\n`);
    await conference.pauseRecording(path);
    await conference.resumeRecording(path);
    await bob.speaks(10);
    await conference.stopRecording(path);
    expect(folder.read(path).lanes[0]!.length).toBeGreaterThan(1000);

    const prompts = [folder.voice('a.wav', 5, 4), folder.voice('b.wav', 6, 2)];
    expect(await conference.play(prompts)).toEqual({ seconds: 0, milliseconds: 120, samples: 960 });
    expect(await conference.play('/nowhere.wav')).toEqual({ seconds: 0, milliseconds: 0, samples: 0 });
    await annsEnd.confPlay(prompts[0]!);
    await expect(annsEnd.confPlay('/nowhere.wav')).rejects.toThrow('not found');

    expect(await conference.lock()).toBe('+OK room locked\n');
    expect(await conference.unlock()).toBe('+OK room unlocked\n');
    expect(await conference.mute('all')).toContain('+OK mute');
    expect(await conference.unmute('non_moderator')).toContain('+OK unmute');

    const ends = [annsEnd, bobsEnd].map((ep) => once(ep, 'destroy'));
    await conference.destroy();
    await Promise.all(ends);
    expect(await clients.ms.api('conference list')).toBe('+OK No active conferences.\n');
    await expect.poll(() => media.metrics().channels).toBe(0);
  });

  it('gives its members back: kicked, hung up from it, sent to another, and they go on', async () => {
    const [ann, annsEnd] = await leg(1);
    const [bob, bobsEnd] = await leg(2);
    await annsEnd.join('a');
    await bobsEnd.join('a', { flags: { mute: true, joinOnly: true } });
    await bob.next(says(1));
    expect(await bobsEnd.confUnmute()).toMatch(/^\+OK unmute/);
    await ann.next(says(2));
    expect(await bobsEnd.confDeaf()).toMatch(/^\+OK deaf/);
    await bob.next(isSilence);
    expect(await bobsEnd.confUndeaf()).toMatch(/^\+OK undeaf/);
    await bob.next(says(1));
    expect(await bobsEnd.unjoin()).toMatch(/^\+OK kicked/);
    await ann.next(isSilence);
    const played = await bobsEnd.play(folder.voice('after.wav', 3, 3));
    expect(played['playbackMilliseconds']).toBe('60');
    await bobsEnd.join('b');
    expect(await annsEnd.transfer('b')).toMatch(/sent to conference b/);
    await Promise.all([ann.next(says(2)), bob.next(says(1))]);
    await bobsEnd.confHup();
    await annsEnd.bridge(bobsEnd);
    await Promise.all([ann.next(says(2)), bob.next(says(1))]);
    await gone(annsEnd, bobsEnd);
  });

  it('asks for the PIN of who brings one', async () => {
    const [ann, annsEnd] = await leg(1);
    const joining = annsEnd.join('shut', { pin: '42', flags: { moderator: true } });
    await ann.speaks(5);
    expect(await clients.ms.api('conference list')).toBe('+OK No active conferences.\n');
    ann.press('4');
    ann.press('2');
    await joining;
    expect(await clients.ms.api('conference shut list')).toContain('|moderator');
    await gone(annsEnd);
  });
});

it('a supervisor listens to a call and barges in: first they hear both and nobody hears them, then all three talk', async () => {
  const [caller, callersEnd] = await leg(1);
  const [agent, agentsEnd] = await leg(2);
  const [supervisor, supervisorsEnd] = await leg(3);
  await callersEnd.bridge(agentsEnd);
  await Promise.all([caller.next(says(2)), agent.next(says(1))]);
  // out of the bridge and into a room: the one who is left behind waits, parked, for no more than a moment
  await agentsEnd.join('talk');
  await callersEnd.join('talk');
  await supervisorsEnd.join('talk', { flags: { mute: true, ghost: true } });
  await supervisor.next(sayBoth(1, 2));
  await Promise.all([caller.next(says(2)), agent.next(says(1))]);
  expect(await supervisorsEnd.confUnmute()).toMatch(/^\+OK/);
  await Promise.all([caller.next(sayBoth(2, 3)), agent.next(sayBoth(1, 3)), supervisor.next(sayBoth(1, 2))]);
  await supervisorsEnd.confKick();
  await Promise.all([caller.next(says(2)), agent.next(says(1)), supervisor.next(isSilence)]);
  await gone(callersEnd, agentsEnd, supervisorsEnd);
});
