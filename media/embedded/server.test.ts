import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startSipServer, type SipServer } from '#sip-proxy/embedded/server.ts';
import { startMediaServer, type MediaServer } from './server.ts';
import { coded, linear, namedFrames, SoundFolder, voiceFrame } from './testing/fake-sounds.ts';
import { connectClients, type Clients, type NearEndpoint, type NearMediaServer } from './testing/real-clients.ts';
import { isSilence, RtpPhone } from './testing/rtp-phone.ts';

/** The real clients, drachtio-srf and drachtio-fsmrf, against both embedded servers, over real sockets. */

const folder = new SoundFolder();
const CALLER = 1;
const CALLED = 2;
let media: MediaServer;
let sip: SipServer;
let clients: Clients;
let ms: NearMediaServer;
const phones: RtpPhone[] = [];

beforeAll(async () => {
  const host = '127.0.0.1';
  const eventSocket = { host, port: 0, password: 'word' };
  media = await startMediaServer({ sip: { host, port: 0 }, eventSocket, rtp: { host, portMin: 0, portMax: 0 } });
  sip = await startSipServer({ sip: { host, port: 0 }, admin: { host, port: 0, secret: 'word' } });
  clients = await connectClients({ admin: sip.adminPort, eventSocket: media.eventSocketPort });
  ({ ms } = clients);
});
afterAll(async () => {
  clients.close();
  for (const phone of phones) phone.close();
  await media.close();
  await sip.close();
  folder.remove();
});

const phone = async (voice: number): Promise<RtpPhone> => {
  const one = await RtpPhone.open((n) => voiceFrame(voice, n));
  phones.push(one);
  return one;
};
const endpoint = async (options?: object): Promise<NearEndpoint> => {
  const one = await ms.createEndpoint(options);
  one.conn.socket.setNoDelay(true);
  return one;
};
/** A phone and its endpoint, the phone speaking. */
const leg = async (voice: number): Promise<[RtpPhone, NearEndpoint]> => {
  const one = await phone(voice);
  const ep = await endpoint({ remoteSdp: one.sdp() });
  one.speakTo(Number(ep.local.mediaPort));
  return [one, ep];
};
const gone = async (...endpoints: NearEndpoint[]): Promise<void> => {
  await Promise.all(endpoints.map((one) => one.destroy()));
};
const names = (headers: readonly { name: string }[]): string[] => headers.map(({ name }) => name);

describe('connecting', () => {
  it('finds the profile and its address', () => {
    expect(ms.sip.ipv4.udp.address).toBe(`127.0.0.1:${media.sipPort}`);
  });
});

describe('an endpoint', () => {
  it('with the SDP of a phone is answered, and knows itself', async () => {
    const one = await phone(CALLER);
    const ep = await endpoint({ remoteSdp: one.sdp() });
    expect(ep.local.sdp).toMatch(
      new RegExp(`c=IN IP4 127.0.0.1\\r\\n[^]*m=audio ${ep.local.mediaPort} RTP/AVP 0 101\\r\\n`),
    );
    expect(ep.local.sdp).toContain('a=rtpmap:101 telephone-event/8000');
    expect([ep.local.mediaIp, ep.remote.mediaIp, ep.dtmfType]).toEqual(['127.0.0.1', '127.0.0.1', 'rfc2833']);
    expect(ep.remote.sdp).toBe(one.sdp());
    const wanted =
      'Channel-Unique-ID Unique-ID Event-Name Core-UUID Channel-State Channel-Call-State Answer-State Caller-Destination-Number ' +
      'variable_sip_user_agent variable_rtp_local_sdp_str variable_local_media_ip variable_local_media_port variable_switch_r_sdp ' +
      'variable_remote_media_ip variable_remote_media_port variable_dtmf_type variable_sip_call_id variable_rtp_use_codec_string ' +
      'variable_send_silence_when_idle variable_hangup_after_bridge variable_park_after_bridge variable_playback_terminators ' +
      'Content-Type Reply-Text Socket-Mode Control';
    expect(names(ep.conn.getInfo().headers)).toEqual(expect.arrayContaining(wanted.split(' ')));
    await gone(ep);
  });

  it('without SDP offers, waits for modify before it sends or counts a packet, and then talks', async () => {
    const one = await phone(CALLER);
    const ep = await endpoint();
    expect(ep.local.sdp).toMatch(/m=audio \d+ RTP\/AVP 0 8 101/);
    one.speakTo(Number(ep.local.mediaPort));
    await ep.execute('sleep', '100');
    expect(one.heard).toEqual([]);
    const packets = async (): Promise<string> => {
      await ep.api('uuid_set_media_stats', ep.uuid);
      return (await ep.api('uuid_getvar', `${ep.uuid} rtp_audio_in_media_packet_count`)).getBody();
    };
    expect(await packets()).toBe('0');
    const firstPacket = one.next(() => true);
    await ep.modify(one.sdp());
    expect(ep.remote.mediaPort).toBe(/m=audio (\d+)/.exec(one.sdp())![1]);
    const first = await firstPacket;
    expect([first.type, first.marker]).toEqual([0, true]);
    await ep.execute('sleep', '60');
    expect(Number(await packets())).toBeGreaterThan(0);
    await gone(ep);
  });

  it('without a common codec is refused with 488, and leaves nothing behind', async () => {
    const one = await phone(CALLER);
    await expect(endpoint({ remoteSdp: one.sdp('3 18') })).rejects.toMatchObject({ status: 488 });
    await expect(endpoint({ remoteSdp: 'v=0\r\nnonsense' })).rejects.toMatchObject({ status: 488 });
    expect(media.metrics().channels).toBe(0);
  });

  it('takes PCMA, and other payload types for telephone events', async () => {
    const one = await phone(CALLER);
    const ep = await endpoint({ remoteSdp: one.sdp('8 97').replace('rtpmap:101', 'rtpmap:97') });
    expect(ep.local.sdp).toMatch(/RTP\/AVP 8 97\r\na=rtpmap:8 PCMA\/8000\r\na=rtpmap:97 telephone-event/);
    await gone(ep);
  });

  it('is silent on hold (sendonly, inactive, 0.0.0.0) and talks again after it', async () => {
    const [one, ep] = await leg(CALLER);
    await one.next(() => true);
    for (const [direction, address, answered] of [
      ['sendonly', '127.0.0.1', 'recvonly'],
      ['inactive', '127.0.0.1', 'inactive'],
      ['sendrecv', '0.0.0.0', 'sendrecv'],
    ] as const) {
      await ep.modify(one.sdp('0 101', direction, address));
      expect(ep.local.sdp).toContain(`a=${answered}\r\n`);
      const before = one.heard.length;
      await ep.execute('sleep', '80');
      expect(one.heard.length - before).toBeLessThanOrEqual(1);
      await ep.modify(one.sdp());
      await one.next(() => true);
    }
    await gone(ep);
  });

  it('ends by destroy with a BYE, by the far BYE, and by uuid_kill', async () => {
    const [, byDestroy] = await leg(CALLER);
    await byDestroy.destroy();
    const [, byBye] = await leg(CALLER);
    const ended = new Promise((resolve) => byBye.once('destroy', resolve));
    await byBye.dialog.destroy();
    expect(await ended).toEqual({ reason: 'NORMAL_CLEARING' });
    const [, byKill] = await leg(CALLER);
    const killed = new Promise((resolve) => byKill.once('destroy', resolve));
    expect(await ms.api(`uuid_kill ${byKill.uuid} USER_BUSY`)).toBe('+OK\n');
    expect(await killed).toEqual({ reason: 'USER_BUSY' });
    expect(media.metrics().channels).toBe(0);
  });

  it('goes when its controller breaks the connection while it waits', async () => {
    const [, ep] = await leg(CALLER);
    ep.on('error', () => undefined);
    const bye = new Promise((resolve) => ep.dialog.once('destroy', resolve));
    ep.conn.socket.destroy();
    await bye;
    expect(media.metrics().channels).toBe(0);
  });
});

describe('playing and keys', () => {
  it('plays files, tells of them, and rejects a missing one', async () => {
    const [one, ep] = await leg(CALLER);
    const file = folder.voice('hello.wav', 3, 6);
    const told: unknown[] = [];
    ep.on('playback-start', (about) => told.push(about));
    expect(await ep.play(file)).toEqual({
      playbackSeconds: '0',
      playbackMilliseconds: '120',
      playbackLastOffsetPos: '960',
    });
    expect(told).toEqual([{ file }]);
    const voiced = () => one.heard.filter((packet) => !isSilence(packet));
    // The last frame comes by another socket than the word that it was the last.
    await expect.poll(() => voiced().length, { timeout: 5_000 }).toBeGreaterThanOrEqual(6);
    const played = voiced().map((packet) => namedFrames(linear(packet.payload), [3])[0]);
    expect(played).toEqual(['v3:0', 'v3:1', 'v3:2', 'v3:3', 'v3:4', 'v3:5']);
    await expect(ep.play('/nowhere/x.wav')).rejects.toThrow('File Not Found');
    const done = await ep.execute('playback', file);
    const wanted =
      'Event-Name Unique-ID Application Application-Data Application-Response Application-UUID variable_playback_seconds ' +
      'variable_playback_ms variable_playback_last_offset_pos variable_current_application';
    expect(names(done.headers)).toEqual(expect.arrayContaining(wanted.split(' ')));
    await gone(ep);
  });

  it('hears a key, stops at it, collects keys, and records a voice', async () => {
    const [one, ep] = await leg(CALLER);
    const keys: unknown[] = [];
    ep.on('dtmf', (key) => keys.push(key));
    await ep.set({ playback_terminators: 'any', other: 'x' });
    const played = ep.play('silence_stream://-1');
    ep.once('playback-start', () => one.press('5'));
    await played;
    expect(keys).toEqual([{ dtmf: '5', duration: '800', source: 'RTP' }]);
    expect((await ep.api('uuid_getvar', `${ep.uuid} playback_terminator_used`)).getBody()).toBe('5');
    await ep.set('playback_terminators', '#');
    const collected = ep.playCollect({
      file: 'silence_stream://2000',
      min: 1,
      max: 4,
      timeout: 3000,
      digitTimeout: 2000,
    });
    ep.once('playback-start', () => [...'12#'].forEach((key) => one.press(key)));
    expect(await collected).toMatchObject({ digits: '12', terminatorUsed: '#', invalidDigits: null });
    const path = folder.file('name.wav');
    const recorded = ep.record(path, { timeLimitSecs: 5 });
    await one.speaks(30);
    one.press('#');
    const { terminatorUsed, recordMilliseconds } = await recorded;
    expect(terminatorUsed).toBe('#');
    expect(Math.abs(Number(recordMilliseconds) - 600)).toBeLessThanOrEqual(200);
    const frames = namedFrames(folder.read(path).lanes[0]!, [CALLER]).filter((name) => name !== '-');
    frames.forEach(
      (name, n) => n > 0 && expect(Number(name.slice(3))).toBe((Number(frames[n - 1]!.slice(3)) + 1) % 64),
    );
    expect(frames.length).toBeGreaterThan(20);
    await gone(ep);
  });

  it('reacts to a command with the next frame: first sound of play, end by uuid_break', async () => {
    const [one, ep] = await leg(CALLER);
    await one.next(isSilence);
    const file = folder.voice('react.wav', 3, 60);
    const times: number[] = [];
    for (let n = 0; n < 5; n += 1) {
      const start = performance.now();
      const playing = ep.play(file);
      times.push((await one.next((packet) => !isSilence(packet))).atMs - start);
      const broken = performance.now();
      await ep.api('uuid_break', ep.uuid);
      await playing;
      times.push(performance.now() - broken);
    }
    times.sort((a, b) => a - b);
    // the middle and the best: a busy machine may delay some
    expect(times[4]).toBeLessThan(80);
    expect(times[0]).toBeLessThan(30);
    await gone(ep);
  });
});

describe('a bridged and recorded talk over real sockets', () => {
  it('is heard by the other, and stands in the recording, without a gap, bit for bit', async () => {
    const [caller, one] = await leg(CALLER);
    const [called, other] = await leg(CALLED);
    const path = folder.file('talk.wav');
    // What a phone on hold said before is not heard, and may count as lost.
    const { packetsLost } = media.metrics();
    await one.set('RECORD_STEREO', 'true');
    expect((await one.api('uuid_record', `${one.uuid} start ${path}`)).getBody()).toBe('+OK Success\n');
    await one.bridge(other);
    await Promise.all([caller.speaks(60), called.speaks(60)]);
    expect(await ms.api(`uuid_record ${one.uuid} stop ${path}`)).toBe('+OK Success\n');
    await one.unbridge();
    const heard = (phone: RtpPhone, voice: number): number[] =>
      phone.heard
        .filter((packet) => !isSilence(packet))
        .map((packet) => namedFrames(linear(packet.payload), [voice])[0]!)
        .map((name) => Number(name.slice(3)));
    const continuous = (frames: readonly number[], least: number): void => {
      expect(frames.length).toBeGreaterThanOrEqual(least);
      frames.forEach((frame, n) => expect(frame).toBe((frames[0]! + n) % 64));
    };
    continuous(heard(called, CALLER), 55);
    continuous(heard(caller, CALLED), 55);
    const { channels, lanes } = folder.read(path);
    expect(channels).toBe(2);
    for (const [lane, voice] of [
      [0, CALLER],
      [1, CALLED],
    ] as const) {
      const named = namedFrames(lanes[lane]!, [voice]);
      const sound = named.filter((name) => name !== '-');
      continuous(
        sound.map((name) => Number(name.slice(3))),
        55,
      );
      // silence only before the first and after the last frame
      expect(named.lastIndexOf(sound.at(-1)!) - named.indexOf(sound[0]!) + 1).toBe(sound.length);
    }
    const sequences = called.heard.map((packet) => packet.sequence);
    sequences.forEach((sequence, n) => expect(sequence).toBe((sequences[0]! + n) & 0xffff));
    expect(media.metrics()).toMatchObject({ packetsLost, bridges: 0, recordings: 0 });
    await gone(one, other);
  });

  it('mutes a party for the other one, in sound and not in keys', async () => {
    const [, one] = await leg(CALLER);
    const [called, other] = await leg(CALLED);
    await one.mute();
    await one.bridge(other);
    const zeros = coded(new Int16Array(160));
    await called.next((packet) => packet.payload.equals(zeros));
    await gone(one, other);
  });
});
