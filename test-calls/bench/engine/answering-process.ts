import { SipServer } from '#sip-proxy/drachtio.ts';

/** An application that answers every call at once, by drachtio-srf. Told the port of the SIP server's admin protocol on the command line. */
const sip = await SipServer.connect({ host: '127.0.0.1', port: Number(process.argv[2]), secret: 'word' });
const sdp =
  'v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\ns=-\r\nc=IN IP4 127.0.0.1\r\nt=0 0\r\nm=audio 40000 RTP/AVP 0\r\na=rtpmap:0 PCMU/8000\r\n';
let failed = 0;
sip.onCall((call) => void call.answer(sdp).catch(() => (failed += 1)));
process.on('message', () => process.send?.({ failed }));
process.on('disconnect', () => process.exit(0));
process.send?.({ failed });
