import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Negotiation } from './negotiation.ts';
import { parseSdp, SdpFault } from './sdp.ts';

const offer = (media: string, session = 'c=IN IP4 192.0.2.7'): string =>
  ['v=0', 'o=- 1 1 IN IP4 192.0.2.7', 's=-', session, 't=0 0', media, ''].join('\r\n');
const TELEPHONE = 'm=audio 4000 RTP/AVP 0 101\r\na=rtpmap:101 telephone-event/8000';

const answer = (text: string) => {
  const answered = new Negotiation('127.0.0.1', 30_000).answer(text);
  if (answered === 'none') throw new Error('no common codec');
  return answered;
};

describe('reading a session description', () => {
  it('takes address and direction from the session where the media line has none', () => {
    const { media } = parseSdp(offer('m=audio 4000 RTP/AVP 0', 'c=IN IP4 192.0.2.7\r\na=recvonly'));
    expect(media[0]).toMatchObject({
      kind: 'audio',
      port: 4000,
      address: '192.0.2.7',
      direction: 'recvonly',
      formats: ['0'],
    });
  });

  it('prefers what the media line says itself', () => {
    const { media } = parseSdp(
      offer('m=audio 4000 RTP/AVP 0\nc=IN IP4 192.0.2.8/127\na=inactive', 'c=IN IP4 192.0.2.7\na=sendonly'),
    );
    expect(media[0]).toMatchObject({ address: '192.0.2.8', direction: 'inactive' });
  });

  it.each([
    '',
    'hello',
    'v=1',
    offer('m=audio'),
    offer('m=audio x RTP/AVP 0'),
    offer('m=audio 70000 RTP/AVP 0'),
    offer('m=audio 1 RTP/AVP 0', 'c=IN'),
  ])('refuses %j', (text) => expect(() => parseSdp(text)).toThrow(SdpFault));

  it('accepts or refuses any text, and answers or refuses what it accepted', () => {
    const line = fc.constantFrom(
      'v=0',
      'c=IN IP4 1.2.3.4',
      'c=IN IP6 ::1',
      'c=IN IP4 0.0.0.0',
      'm=audio 4000 RTP/AVP 0 8 101',
      'm=audio 0 RTP/AVP 0',
      'm=audio 99999 RTP/AVP x',
      'm=video 4002 RTP/AVP 96',
      'a=rtpmap:101 telephone-event/8000',
      'a=rtpmap:999999999999 x/1',
      'a=sendonly',
      'a=rtcp:4001',
      'm=audio 9 UDP/TLS/RTP/SAVPF 111 0 126',
      'a=rtpmap:111 opus/48000/2',
      'a=ice-ufrag:abcd',
      `a=ice-pwd:${'x'.repeat(22)}`,
      `a=fingerprint:sha-256 ${Array.from({ length: 32 }, () => 'AB').join(':')}`,
      'a=setup:actpass',
      'a=candidate:1 1 udp 1 192.0.2.7 4000 typ host',
      'a=group:BUNDLE 0',
      'a=mid:0',
      'a=rtcp-mux',
    );
    const text = fc.oneof(
      fc.string(),
      fc.array(fc.oneof(line, fc.string())).map((lines) => ['v=0', ...lines].join('\r\n')),
    );
    fc.assert(
      fc.property(text, (sdp) => {
        try {
          const answered = new Negotiation('127.0.0.1', 1).answer(sdp);
          if (answered !== 'none') parseSdp(answered.sdp);
        } catch (error) {
          expect(error).toBeInstanceOf(SdpFault);
        }
      }),
      { numRuns: 500 },
    );
  });
});

describe('answering an offer', () => {
  it('agrees on mu-law and telephone events', () => {
    const { sdp, agreement } = answer(offer(TELEPHONE));
    expect(agreement).toEqual({
      law: 'PCMU',
      audioType: 0,
      eventType: 101,
      remote: { address: '192.0.2.7', port: 4000 },
      sends: true,
      receives: true,
      security: null,
    });
    expect(sdp.split('\r\n').slice(4)).toEqual([
      't=0 0',
      'm=audio 30000 RTP/AVP 0 101',
      'a=rtpmap:0 PCMU/8000',
      'a=rtpmap:101 telephone-event/8000',
      'a=fmtp:101 0-15',
      'a=sendrecv',
      'a=ptime:20',
      '',
    ]);
  });

  it('prefers mu-law, whatever the order, and takes a dynamic payload type for it', () => {
    expect(answer(offer('m=audio 4000 RTP/AVP 8 0')).agreement.law).toBe('PCMU');
    expect(answer(offer('m=audio 4000 RTP/AVP 9 8')).agreement).toMatchObject({
      law: 'PCMA',
      audioType: 8,
      eventType: null,
    });
    const dynamic = answer(offer('m=audio 4000 RTP/AVP 110\r\na=rtpmap:110 pcma/8000')).agreement;
    expect(dynamic).toMatchObject({ law: 'PCMA', audioType: 110 });
  });

  it('takes G.722 and L16 where there is nothing else, and does not offer them', () => {
    const wide = answer(offer('m=audio 4000 RTP/AVP 9 101\r\na=rtpmap:101 telephone-event/8000'));
    expect(wide.agreement).toMatchObject({ codec: 'G722', audioType: 9, eventType: 101 });
    expect(wide.sdp).toContain('m=audio 30000 RTP/AVP 9 101\r\na=rtpmap:9 G722/8000\r\n');
    const linear = answer(offer('m=audio 4000 RTP/AVP 98 97 3\r\na=rtpmap:98 L16/16000\r\na=rtpmap:97 L16/8000'));
    expect(linear.agreement).toMatchObject({ codec: 'L16', audioType: 97 });
    expect(linear.sdp).toContain('a=rtpmap:97 L16/8000\r\n');
    expect(answer(offer('m=audio 4000 RTP/AVP 9 8')).agreement).not.toHaveProperty('codec');
    expect(new Negotiation('127.0.0.1', 1).offer()).toContain('RTP/AVP 0 8 101\r\n');
  });

  it.each([
    ['no common codec', 'm=audio 4000 RTP/AVP 3 18'],
    ['a payload type 0 that is something else', 'm=audio 4000 RTP/AVP 0\r\na=rtpmap:0 speex/16000'],
    ['no audio', 'm=video 4000 RTP/AVP 96'],
    ['audio that is switched off', 'm=audio 0 RTP/AVP 0'],
    ['encrypted audio only', 'm=audio 4000 RTP/SAVP 0'],
    ['an IPv6 address', 'm=audio 4000 RTP/AVP 0\r\nc=IN IP6 ::1'],
    ['a name for an address', 'm=audio 4000 RTP/AVP 0\r\nc=IN IP4 phone.example'],
  ])('refuses %s', (_, media) => {
    expect(new Negotiation('127.0.0.1', 30_000).answer(offer(media))).toBe('none');
  });

  it('refuses other media lines one by one, in their places', () => {
    const { sdp } = answer(offer(`m=video 5000 RTP/AVP 96\r\n${TELEPHONE}\r\nm=audio 6000 RTP/SAVP 0`));
    expect(sdp.split('\r\n').filter((line) => line.startsWith('m='))).toEqual([
      'm=video 0 RTP/AVP 96',
      'm=audio 30000 RTP/AVP 0 101',
      'm=audio 0 RTP/SAVP 0',
    ]);
  });

  it.each([
    ['sendonly', '192.0.2.7', 'recvonly', false, true],
    ['recvonly', '192.0.2.7', 'sendonly', true, false],
    ['inactive', '192.0.2.7', 'inactive', false, false],
    ['sendrecv', '0.0.0.0', 'sendrecv', true, true],
  ])('%s from %s is answered %s', (direction, address, answered, sends, receives) => {
    const { sdp, agreement } = answer(offer(`${TELEPHONE}\r\na=${direction}`, `c=IN IP4 ${address}`));
    expect(sdp).toContain(`a=${answered}\r\n`);
    expect(agreement).toMatchObject({
      sends,
      receives,
      remote: address === '0.0.0.0' ? null : { address, port: 4000 },
    });
  });

  describe('that is secured', () => {
    const KEY = 'WVNfX19zZW1jdGwgKCkgewkyMjA7fQp9CnVubGVz';
    const CRYPTO = [
      `a=crypto:3 AES_256_CM_HMAC_SHA1_80 inline:${KEY}`,
      `a=crypto:4 AES_CM_128_HMAC_SHA1_32 inline:${KEY}|2^31`,
      `a=crypto:5 AES_CM_128_HMAC_SHA1_80 inline:${KEY}`,
    ].join('\r\n');
    const SECURED = `m=audio 4000 RTP/SAVP 0\r\n${CRYPTO}`;

    it('takes the first key that it can use, and answers under its tag with one of its own', () => {
      const { sdp, agreement } = answer(offer(SECURED));
      expect(sdp).toContain('m=audio 30000 RTP/SAVP 0\r\n');
      expect(sdp.match(/a=crypto:.*/g)).toEqual([
        expect.stringMatching(/^a=crypto:4 AES_CM_128_HMAC_SHA1_32 inline:[\w+/]{40}$/),
      ]);
      expect(sdp).not.toContain(KEY);
      const { suite, local, remote } = agreement.security!;
      expect([suite, remote.tag, remote.lifetime]).toEqual(['AES_CM_128_HMAC_SHA1_32', 4, 2 ** 31]);
      expect(sdp).toContain(`inline:${Buffer.concat([local.key, local.salt]).toString('base64')}\r\n`);
    });

    it('keeps its key through offers and answers, and never has it again after plain ones', () => {
      const negotiation = new Negotiation('127.0.0.1', 30_000);
      const key = (text: string): string => {
        const answered = negotiation.answer(offer(text));
        return answered === 'none' ? '' : (/inline:(\S+)/.exec(answered.sdp)?.[1] ?? 'plain');
      };
      const first = key(SECURED);
      expect([key(SECURED), negotiation.offer().includes('RTP/SAVP')]).toEqual([first, true]);
      expect(key(TELEPHONE)).toBe('plain');
      expect(negotiation.offer()).not.toContain('crypto');
      expect(key(SECURED)).not.toBe(first);
    });

    it('is refused without a usable key; keys on a plain line are not used', () => {
      const bad = `m=audio 4000 RTP/SAVP 0\r\na=crypto:1 AES_CM_128_HMAC_SHA1_80 inline:${KEY}|1:4`;
      expect(new Negotiation('127.0.0.1', 30_000).answer(offer(bad))).toBe('none');
      expect(answer(offer(SECURED.replace('SAVP', 'AVP'))).agreement.security).toBeNull();
      expect(answer(offer(SECURED.replace('SAVP', 'AVP'))).sdp).not.toContain('crypto');
      expect(answer(offer(`${SECURED}\r\nm=audio 6000 RTP/AVP 0`)).agreement.security).not.toBeNull();
    });

    it('offers both suites, and takes an answer under the tag of the suite, and no plain one', () => {
      const negotiation = new Negotiation('127.0.0.1', 30_000, { protection: 'keys' });
      const offered = negotiation.offer();
      const keys = [...offered.matchAll(/^a=crypto:(\d) (\S+) inline:(\S+)/gm)].map(([, tag, suite, key]) => [
        tag,
        suite,
        key,
      ]);
      expect(keys.map(([tag, suite]) => `${tag} ${suite}`)).toEqual([
        '1 AES_CM_128_HMAC_SHA1_80',
        '2 AES_CM_128_HMAC_SHA1_32',
      ]);
      expect(offered).toContain('RTP/SAVP 0 8');
      const answered = (tag: number): string =>
        offer(`m=audio 4000 RTP/SAVP 0\r\na=crypto:${tag} AES_CM_128_HMAC_SHA1_32 inline:${KEY}`);
      expect(negotiation.accept(answered(1))).toBe('none');
      expect(negotiation.accept(offer(TELEPHONE))).toBe('none');
      const agreed = negotiation.accept(answered(2));
      const { local, suite } = (agreed as Exclude<typeof agreed, 'none'>).agreement.security!;
      expect([suite, Buffer.concat([local.key, local.salt]).toString('base64')]).toEqual(keys[1]!.slice(1));
      const plain = new Negotiation('127.0.0.1', 30_000);
      plain.offer();
      expect(plain.accept(answered(2))).toBe('none');
    });
  });

  it('names the port for RTCP and whether it may share that of RTP', () => {
    const line = (text: string): unknown => {
      const { rtcp, rtcpMux } = parseSdp(offer(`${TELEPHONE}${text}`)).media[0]!;
      return [rtcp, rtcpMux];
    };
    expect(line('')).toEqual([undefined, false]);
    expect(line('\r\na=rtcp:4005')).toEqual([{ port: 4005, address: undefined }, false]);
    expect(line('\r\na=rtcp:4005 IN IP4 192.0.2.9\r\na=rtcp-mux')).toEqual([
      { port: 4005, address: '192.0.2.9' },
      true,
    ]);
    expect(line('\r\na=rtcp:99999')).toEqual([undefined, false]);
    expect(answer(offer(`${TELEPHONE}\r\na=rtcp-mux`)).sdp).toContain('a=rtcp-mux\r\n');
    expect(answer(offer(TELEPHONE)).sdp).not.toContain('rtcp');
  });

  it('raises the version with each description', () => {
    const negotiation = new Negotiation('127.0.0.1', 30_000);
    const versions = [negotiation.offer(), negotiation.offer()].map((sdp) =>
      Number(/^o=FreeSWITCH \d+ (\d+)/m.exec(sdp)![1]),
    );
    expect(versions[1]).toBe(versions[0]! + 1);
  });
});
