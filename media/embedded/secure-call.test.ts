import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startSipServer, type SipServer } from '#sip-proxy/embedded/server.ts';
import { newMasterKey, readCrypto, writeCrypto, type Suite } from '#media/srtp/sdes.ts';
import { SrtpSession } from '#media/srtp/srtp-session.ts';
import { startMediaServer, type MediaServer } from './server.ts';
import { voiceFrame } from './testing/fake-sounds.ts';
import { connectClients, type Clients, type NearEndpoint } from './testing/real-clients.ts';
import { RtpPhone, type HeardPacket } from './testing/rtp-phone.ts';

/** SRTP between phones and the media server, over real sockets, with the real clients. */

let media: MediaServer;
let sip: SipServer;
let clients: Clients;
const logged: string[] = [];
const phones: RtpPhone[] = [];

beforeAll(async () => {
  const host = '127.0.0.1';
  const eventSocket = { host, port: 0, password: 'word' };
  const log = (...line: unknown[]): void => void logged.push(JSON.stringify(line));
  media = await startMediaServer({ sip: { host, port: 0 }, eventSocket, rtp: { host, portMin: 0, portMax: 0 }, log });
  sip = await startSipServer({ sip: { host, port: 0 }, admin: { host, port: 0, secret: 'word' } });
  clients = await connectClients({ admin: sip.adminPort, eventSocket: media.eventSocketPort });
});
afterAll(async () => {
  clients.close();
  for (const phone of phones) phone.close();
  await media.close();
  await sip.close();
});

const open = async (voice: number): Promise<RtpPhone> => {
  const phone = await RtpPhone.open((n) => voiceFrame(voice, n));
  phones.push(phone);
  return phone;
};
const says = (voice: number) => {
  const known = new Set(Array.from({ length: 64 }, (_, n) => Buffer.from(voiceFrame(voice, n)).toString('hex')));
  return ({ payload }: HeardPacket): boolean => known.has(payload.toString('hex'));
};

describe('a call between a secure and a plain phone', () => {
  it.each<Suite>(['AES_CM_128_HMAC_SHA1_80', 'AES_CM_128_HMAC_SHA1_32'])(
    'is heard on both sides with %s',
    async (suite) => {
      const [secure, plain] = [await open(1), await open(2)];
      // the client takes no secured SDP at first: an endpoint without SDP offers, and follows with modify
      const ep = await clients.ms.createEndpoint({ srtp: true });
      ep.conn.socket.setNoDelay(true);
      expect(ep.local.sdp).toMatch(/m=audio \d+ RTP\/SAVP 0 8 101\r\n/);
      const ours = newMasterKey();
      await ep.modify(`${secure.sdp().replace('RTP/AVP', 'RTP/SAVP')}a=crypto:${writeCrypto(9, suite, ours)}\r\n`);
      const answered = readCrypto(/a=crypto:(.*)\r\n/.exec(ep.local.sdp)![1]!)!;
      expect([answered.tag, answered.suite]).toEqual([9, suite]);
      secure.security = new SrtpSession({ suite, local: ours, remote: answered });
      secure.speakTo(Number(ep.local.mediaPort));
      const other: NearEndpoint = await clients.ms.createEndpoint({ remoteSdp: plain.sdp() });
      plain.speakTo(Number(other.local.mediaPort));
      await ep.bridge(other);
      await Promise.all([secure.next(says(2)), plain.next(says(1))]);
      expect((await ep.api('uuid_getvar', `${ep.uuid} rtp_has_crypto`)).getBody()).toBe(suite);

      // somebody without the key is not heard, however well they know the address
      const stranger = await open(5);
      stranger.speakTo(Number(ep.local.mediaPort));
      secure.press('7');
      const digit = new Promise((resolve) => ep.on('dtmf', resolve));
      await digit;
      await secure.speaks(10);
      expect(plain.heard.some(says(5))).toBe(false);

      const keys = [ours, answered.master].map(({ key, salt }) => Buffer.concat([key, salt]).toString('base64'));
      expect(logged.filter((line) => keys.some((key) => line.includes(key)))).toEqual([]);
      await Promise.all([ep.destroy(), other.destroy()]);
    },
  );
});
