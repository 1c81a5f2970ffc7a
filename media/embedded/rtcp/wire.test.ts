import { createSocket, type Socket } from 'node:dgram';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startSipServer, type SipServer } from '#sip-proxy/embedded/server.ts';
import { startMediaServer, type MediaServer } from '#media/embedded/server.ts';
import { connectClients, type Clients, type NearEndpoint } from '#media/embedded/testing/real-clients.ts';
import { RTP_HEADER_BYTES, writeRtpHeader } from '#media/rtp/packet.ts';
import { isRtcp, readCompound, writeCompound, type Compound } from '#media/rtp/rtcp-packet.ts';

/** RTCP over real sockets, with the real clients. */

const host = '127.0.0.1';
let media: MediaServer;
let sip: SipServer;
let clients: Clients;
const sockets: Socket[] = [];

beforeAll(async () => {
  const eventSocket = { host, port: 0, password: 'word' };
  media = await startMediaServer({ sip: { host, port: 0 }, eventSocket, rtp: { host, portMin: 0, portMax: 0 } });
  sip = await startSipServer({ sip: { host, port: 0 }, admin: { host, port: 0, secret: 'word' } });
  clients = await connectClients({ admin: sip.adminPort, eventSocket: media.eventSocketPort });
});
afterAll(async () => {
  clients.close();
  for (const socket of sockets) socket.close();
  await media.close();
  await sip.close();
});

const bound = async (): Promise<Socket> => {
  const socket = createSocket('udp4');
  await new Promise<void>((resolve) => socket.bind(0, host, resolve));
  sockets.push(socket);
  return socket;
};
const sdp = (rtp: Socket, ...attributes: string[]): string =>
  [
    'v=0',
    'o=- 1 1 IN IP4 127.0.0.1',
    's=-',
    `c=IN IP4 ${host}`,
    't=0 0',
    `m=audio ${rtp.address().port} RTP/AVP 0`,
    ...attributes,
    '',
  ].join('\r\n');
const SSRC = 0x0badcafe;
const say = (socket: Socket, port: number, sequence: number): Promise<unknown> => {
  const packet = Buffer.alloc(RTP_HEADER_BYTES + 160, 0xd0);
  writeRtpHeader(packet, false, 0, sequence, sequence * 160, SSRC);
  return new Promise((resolve) => socket.send(packet, port, host, resolve));
};
const senderReport = (packets: number): Buffer =>
  writeCompound({
    ssrc: SSRC,
    sender: { ntpSeconds: 0x00010002, ntpFraction: 0x00030004, timestamp: 0, packets, octets: packets * 160 },
    block: undefined,
    cname: 'phone',
    bye: false,
  });
/** The RTCP of a socket until the goodbye. */
const untilBye = (socket: Socket): Promise<Compound[]> =>
  new Promise((resolve) => {
    const heard: Compound[] = [];
    socket.on('message', (bytes) => {
      const compound = isRtcp(bytes) ? readCompound(bytes) : undefined;
      if (!compound) return;
      heard.push(compound);
      if (compound.bye.length > 0) resolve(heard);
    });
  });
const variable = async (ep: NearEndpoint, name: string): Promise<string> =>
  (await ep.api('uuid_getvar', `${ep.uuid} rtp_audio_${name}`)).getBody();
const stats = async (ep: NearEndpoint): Promise<void> => void (await ep.api('uuid_set_media_stats', ep.uuid));
const firstRtp = (socket: Socket): Promise<unknown> => new Promise((resolve) => socket.once('message', resolve));

describe('reports', () => {
  it('on the port of RTP where that was offered: both ways, with what was lost, until goodbye; strangers are not heard', async () => {
    const [phone, stranger] = [await bound(), await bound()];
    const ep = await clients.ms.createEndpoint({ remoteSdp: sdp(phone, 'a=rtcp-mux') });
    expect(ep.local.sdp).toContain('a=rtcp-mux\r\n');
    const port = Number(ep.local.mediaPort);
    const bye = untilBye(phone);
    for (const sequence of [1, 2, 3, 5]) await say(phone, port, sequence);
    phone.send(senderReport(5), port, host);
    await expect
      .poll(async () => {
        await stats(ep);
        return variable(ep, 'rtcp_packet_count');
      })
      .toBe('5');
    expect(await variable(ep, 'rtcp_octet_count')).toBe('800');
    await new Promise((resolve) => stranger.send(senderReport(666), port, host, resolve));
    for (let n = 0; n < 3; n += 1) await stats(ep);
    expect(await variable(ep, 'rtcp_packet_count')).toBe('5');
    await ep.destroy();
    const last = (await bye).at(-1)!;
    expect(last.reports[0]!.sender!.packets).toBeGreaterThan(0);
    expect(last.reports[0]!.blocks[0]).toMatchObject({
      ssrc: SSRC,
      cumulativeLost: 1,
      highestSequence: 5,
      lastReport: 0x00020003,
    });
    expect(last.bye).toEqual([last.reports[0]!.ssrc]);
  });

  it('on a port of their own where that was named, from the host of the RTP alone', async () => {
    const [phone, control] = [await bound(), await bound()];
    const ep = await clients.ms.createEndpoint({
      remoteSdp: sdp(phone, `a=rtcp:${control.address().port} IN IP4 ${host}`),
    });
    expect(ep.local.sdp).not.toContain('rtcp');
    const port = Number(ep.local.mediaPort);
    const bye = untilBye(control);
    await firstRtp(phone);
    await say(phone, port, 1);
    const asked = async (): Promise<string> => {
      control.send(senderReport(9), port + 1, host);
      await stats(ep);
      return variable(ep, 'rtcp_packet_count');
    };
    await expect.poll(asked).toBe('9');
    // on the port of RTP it was not asked for
    await new Promise((resolve) => phone.send(senderReport(33), port, host, resolve));
    for (let n = 0; n < 3; n += 1) await stats(ep);
    expect(await variable(ep, 'rtcp_packet_count')).toBe('9');
    await ep.destroy();
    expect((await bye).at(-1)!.reports[0]!.blocks[0]).toMatchObject({ ssrc: SSRC, highestSequence: 1 });
  });

  it('are not sent to who does not speak of them', async () => {
    const phone = await bound();
    const ep = await clients.ms.createEndpoint({ remoteSdp: sdp(phone) });
    let control = 0;
    phone.on('message', (bytes) => void (control += isRtcp(bytes) ? 1 : 0));
    await firstRtp(phone);
    await ep.destroy();
    expect(control).toBe(0);
  });
});
