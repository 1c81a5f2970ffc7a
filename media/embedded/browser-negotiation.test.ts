import { describe, expect, it } from 'vitest';
import { Certificates } from '#media/webrtc/certificate.ts';
import { Negotiation } from './negotiation.ts';
import { parseSdp } from './sdp.ts';

/** What Chromium offers, as far as it matters, and more lines than there should be where a test adds them. */
const PRINT = Array.from({ length: 32 }, (_, n) => (n + 160).toString(16)).join(':');
const UFRAG = 'abcd';
const PWD = 'abcdefghijklmnopqrstuvwx';
const LINES = [
  'v=0',
  'o=- 4611731400430051336 2 IN IP4 127.0.0.1',
  's=-',
  't=0 0',
  'a=group:BUNDLE 0',
  'a=extmap-allow-mixed',
  'a=msid-semantic: WMS s',
  'm=audio 9 UDP/TLS/RTP/SAVPF 111 63 9 0 8 13 110 126',
  'c=IN IP4 0.0.0.0',
  'a=rtcp:9 IN IP4 0.0.0.0',
  'a=candidate:1 1 udp 2113937151 3f5e1b7c-5b1e-4f0a-9a3e-0a9f3c1a2b3c.local 51111 typ host generation 0 network-cost 999',
  'a=candidate:2 1 udp 1677729535 192.0.2.7 51112 typ srflx raddr 0.0.0.0 rport 0 generation 0',
  'a=candidate:3 1 tcp 1518280447 192.0.2.7 9 typ host tcptype active',
  'a=candidate:4 2 udp 1677729534 192.0.2.7 51113 typ srflx raddr 0.0.0.0 rport 0',
  'a=candidate:5 1 udp 1677729533 2001:db8::1 51114 typ host',
  `a=ice-ufrag:${UFRAG}`,
  `a=ice-pwd:${PWD}`,
  'a=ice-options:trickle',
  `a=fingerprint:sha-256 ${PRINT}`,
  'a=setup:actpass',
  'a=mid:0',
  'a=extmap:1 urn:ietf:params:rtp-hdrext:ssrc-audio-level',
  'a=sendrecv',
  'a=rtcp-mux',
  'a=rtcp-rsize',
  'a=rtpmap:111 opus/48000/2',
  'a=rtcp-fb:111 transport-cc',
  'a=fmtp:111 minptime=10;useinbandfec=1',
  'a=rtpmap:63 red/48000/2',
  'a=rtpmap:9 G722/8000',
  'a=rtpmap:0 PCMU/8000',
  'a=rtpmap:8 PCMA/8000',
  'a=rtpmap:13 CN/8000',
  'a=rtpmap:110 telephone-event/48000',
  'a=rtpmap:126 telephone-event/8000',
];
const offer = (change: (line: string) => string | undefined = (line) => line): string =>
  [...LINES.map(change).filter((line) => line !== undefined), ''].join('\r\n');
const without = (start: string): string => offer((line) => (line.startsWith(start) ? undefined : line));
const instead = (start: string, other: string): string => offer((line) => (line.startsWith(start) ? other : line));

const certificates = new Certificates();
const negotiation = (options: object = {}): Negotiation =>
  new Negotiation('127.0.0.1', 30_000, { certificates, source: { ssrc: 4711, cname: 'us' }, ...options });
const answered = (text: string, by = negotiation()) => {
  const answer = by.answer(text);
  if (answer === 'none') throw new Error('refused');
  return answer;
};
const own = (sdp: string) => parseSdp(sdp).media[0]!;

describe('the offer of a browser', () => {
  it('is answered with G.711, our address, credentials and fingerprint', () => {
    const { sdp, agreement } = answered(offer());
    expect(sdp.split('\r\n').slice(4)).toEqual([
      't=0 0',
      'a=group:BUNDLE 0',
      'm=audio 30000 UDP/TLS/RTP/SAVPF 0 126',
      'a=rtpmap:0 PCMU/8000',
      'a=rtpmap:126 telephone-event/8000',
      'a=fmtp:126 0-15',
      'a=sendrecv',
      'a=ptime:20',
      'a=rtcp-mux',
      'a=mid:0',
      `a=fingerprint:sha-256 ${certificates.current.fingerprint}`,
      'a=setup:active',
      'a=rtcp:30000 IN IP4 127.0.0.1',
      expect.stringMatching(/^a=ice-ufrag:[A-Za-z0-9]{8}$/),
      expect.stringMatching(/^a=ice-pwd:[A-Za-z0-9]{24}$/),
      'a=candidate:1 1 udp 2130706431 127.0.0.1 30000 typ host generation 0',
      'a=end-of-candidates',
      'a=ssrc:4711 cname:us',
      '',
    ]);
    expect(agreement).toMatchObject({
      law: 'PCMU',
      audioType: 0,
      eventType: 126,
      remote: null,
      sends: true,
      receives: true,
    });
    const { ice, role, fingerprints } = agreement.browser!;
    expect(ice.remote).toEqual({ ufrag: UFRAG, pwd: PWD });
    expect(ice.local.ufrag).toBe(own(sdp).browser.ufrag);
    expect(ice.local.pwd).toBe(own(sdp).browser.pwd);
    // names, TCP, RTCP and IPv6 are nothing that can be reached
    expect(ice.candidates).toEqual([{ address: '192.0.2.7', port: 51_112, priority: 1_677_729_535 }]);
    expect([role, ice.controlling, fingerprints]).toEqual(['client', false, [PRINT.toUpperCase()]]);
  });

  it('is answered with Opus where that is preferred, or all there is; keys then count as it does', () => {
    const preferring = negotiation({ codecs: ['OPUS', 'PCMU'] });
    for (const { sdp, agreement } of [
      answered(offer(), preferring),
      answered(offer((line) => line.replace(' 111 63 9 0 8 13 110 126', ' 111 63 13 110 126'))),
    ]) {
      expect(agreement).toMatchObject({ codec: 'OPUS', audioType: 111, eventType: 110, eventRate: 48_000 });
      expect(sdp).toContain('SAVPF 111 110\r\na=rtpmap:111 opus/48000/2\r\na=fmtp:111 maxplaybackrate=8000;');
      expect(sdp).toContain('a=rtpmap:110 telephone-event/48000\r\n');
    }
    expect(negotiation({ codecs: ['OPUS', 'PCMU'] }).offer()).toContain(
      'RTP/AVP 116 0 101\r\na=rtpmap:116 opus/48000/2\r\n',
    );
  });

  it('with credentials, fingerprint and setup of the session is answered as well', () => {
    const moved = [`a=ice-ufrag:${UFRAG}`, `a=ice-pwd:${PWD}`, `a=fingerprint:sha-256 ${PRINT}`, 'a=setup:active'];
    const text = offer((line) => {
      if (/^a=(ice-ufrag|ice-pwd|fingerprint|setup)/.test(line)) return undefined;
      return line === 't=0 0' ? [line, ...moved].join('\r\n') : line;
    });
    expect(answered(text).agreement.browser).toMatchObject({
      role: 'server',
      ice: { remote: { ufrag: UFRAG, pwd: PWD } },
    });
  });

  it.each([
    ['no user name', without('a=ice-ufrag')],
    ['no password', without('a=ice-pwd')],
    ['no fingerprint', without('a=fingerprint')],
    ['another kind of fingerprint alone', instead('a=fingerprint', `a=fingerprint:sha-1 ${PRINT.slice(0, 59)}`)],
    ['a fingerprint cut short', instead('a=fingerprint', `a=fingerprint:sha-256 ${PRINT.slice(0, 59)}`)],
    ['a password too short to be one', instead('a=ice-pwd', 'a=ice-pwd:short')],
    ['RTCP on a port of its own', without('a=rtcp-mux')],
    ['codecs that nobody has', instead('m=audio', 'm=audio 9 UDP/TLS/RTP/SAVPF 63 13')],
  ])('with %s is refused', (_, text) => expect(negotiation().answer(text)).toBe('none'));

  it('older, named RTP/SAVPF, without a group, is answered as it is', () => {
    const text = offer((line) =>
      line.startsWith('a=group') || line.startsWith('a=mid') ? undefined : line.replace('UDP/TLS/', ''),
    );
    const { sdp } = answered(text);
    expect(sdp).toContain('m=audio 30000 RTP/SAVPF 0 126\r\n');
    expect(sdp).not.toMatch(/a=(group|mid)/);
  });

  it('of video beside sound has its picture refused, and the group without it', () => {
    const video =
      offer().replace('a=group:BUNDLE 0', 'a=group:BUNDLE 0 1') + 'm=video 9 UDP/TLS/RTP/SAVPF 96\r\na=mid:1\r\n';
    const { sdp } = answered(video);
    expect(sdp).toContain('a=group:BUNDLE 0\r\n');
    expect(sdp.trimEnd().endsWith('m=video 0 UDP/TLS/RTP/SAVPF 96')).toBe(true);
  });

  it('names no more than sixteen places and four fingerprints that are kept', () => {
    const places = Array.from({ length: 40 }, (_, n) => `a=candidate:9 1 udp 1 192.0.2.9 ${1000 + n} typ host`);
    const prints = Array.from({ length: 9 }, () => `a=fingerprint:sha-256 ${PRINT}`);
    const { agreement } = answered(`${offer()}${[...places, ...prints].join('\r\n')}\r\n`);
    expect([agreement.browser!.ice.candidates.length, agreement.browser!.fingerprints.length]).toEqual([16, 4]);
  });
});

describe('who begins', () => {
  it.each([
    ['active', 'server', 'passive'],
    ['passive', 'client', 'active'],
    ['actpass', 'client', 'active'],
    ['holdconn', 'client', 'active'],
  ] as const)('setup:%s makes us the %s', (setup, role, answer) => {
    const { sdp, agreement } = answered(instead('a=setup', `a=setup:${setup}`));
    expect([agreement.browser!.role, own(sdp).browser.setup, agreement.browser!.ice.controlling]).toEqual([
      role,
      answer,
      false,
    ]);
  });

  it('stays as it is as long as the peer is the same, and is decided anew with another one', () => {
    const same = negotiation();
    expect(answered(instead('a=setup', 'a=setup:active'), same).agreement.browser!.role).toBe('server');
    expect(answered(offer(), same).agreement.browser!.role).toBe('server');
    const third = negotiation();
    expect(answered(offer(), third).agreement.browser!.role).toBe('client');
    const other = `a=fingerprint:sha-256 ${PRINT.replace('a0', 'b1')}`;
    expect(answered(instead('a=fingerprint', other), third).agreement.browser!.role).toBe('server');
  });

  it('in a call that began with something else, the browser does', () => {
    const late = negotiation();
    late.offer();
    const { agreement } = answered(offer(), late);
    expect([agreement.browser!.role, agreement.browser!.ice.controlling]).toEqual(['server', false]);
  });
});

describe('credentials', () => {
  it('are the same in every answer, until the browser has others', () => {
    const one = negotiation();
    const first = own(answered(offer(), one).sdp).browser;
    expect(own(answered(offer(), one).sdp).browser).toMatchObject({ ufrag: first.ufrag!, pwd: first.pwd! });
    const restarted = own(answered(instead('a=ice-ufrag', 'a=ice-ufrag:wxyz'), one).sdp).browser;
    expect(restarted.ufrag).not.toBe(first.ufrag);
    expect(restarted.pwd).not.toBe(first.pwd);
    expect(own(answered(offer(), negotiation()).sdp).browser.ufrag).not.toBe(first.ufrag);
  });
});

describe('our offer to a browser', () => {
  const ask = () => {
    const side = negotiation({ protection: 'browser' });
    return { side, sdp: side.offer() };
  };
  const answer = (setup = 'active'): string => offer((line) => line.replace('actpass', setup));

  it('has what a browser needs', () => {
    const { sdp } = ask();
    expect(sdp).toContain('a=group:BUNDLE 0\r\nm=audio 30000 UDP/TLS/RTP/SAVPF 0 8 101\r\n');
    for (const line of ['a=rtcp-mux', 'a=setup:actpass', 'a=mid:0', 'a=end-of-candidates'])
      expect(sdp).toContain(`${line}\r\n`);
  });

  it('is settled by its answer: who is active is the client, and we nominate', () => {
    for (const [setup, role] of [
      ['active', 'server'],
      ['passive', 'client'],
    ] as const) {
      const { side, sdp } = ask();
      const agreed = side.accept(answer(setup));
      if (agreed === 'none') throw new Error('refused');
      const { browser } = agreed.agreement;
      expect([browser!.role, browser!.ice.controlling]).toEqual([role, true]);
      expect(browser!.ice.local.ufrag).toBe(own(sdp).browser.ufrag);
    }
  });

  it('is not settled by what is no answer', () => {
    for (const text of [answer('actpass'), without('a=ice-pwd'), without('a=rtcp-mux'), without('a=fingerprint')])
      expect(ask().side.accept(text)).toBe('none');
    const plain = 'v=0\r\nc=IN IP4 192.0.2.7\r\nm=audio 4000 RTP/AVP 0\r\n';
    expect(ask().side.accept(plain)).toBe('none');
    expect(negotiation().accept(answer())).toBe('none');
  });

  it('that comes back as its own answer is answered by nobody yet', () => {
    const { side, sdp } = ask();
    const echoed = side.accept(sdp);
    if (echoed === 'none') throw new Error('refused');
    expect([echoed.agreement.browser, echoed.agreement.remote]).toEqual([undefined, null]);
  });

  it('that crosses one of the browser is void: the browser nominates', () => {
    const { side, sdp } = ask();
    side.accept(sdp);
    expect(answered(offer(), side).agreement.browser!.ice.controlling).toBe(false);
  });

  it('may be answered in an offer to us, by a controller between two dialogs: with the same credentials, and we nominate', () => {
    const { side, sdp } = ask();
    side.accept(sdp);
    const settled = answered(answer('active'), side);
    expect(settled.agreement.browser).toMatchObject({ role: 'server', ice: { controlling: true } });
    expect(own(settled.sdp).browser).toMatchObject({ ufrag: own(sdp).browser.ufrag!, setup: 'passive' });
    // what follows is the browser's own
    expect(answered(offer(), side).agreement.browser!.ice.controlling).toBe(false);
  });
});
