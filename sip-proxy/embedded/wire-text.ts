import type { SipMessage } from '#sip-stack/message.ts';

/**
 * What arrived, as clients read it: octet by octet as it came, but with CRLF at every line's end, SIP in capitals, and without what
 * follows the body.
 */
export const wireText = (message: SipMessage): Buffer => {
  const { raw, body } = message;
  if (!raw || body.buffer !== raw.buffer) return message.toBuffer();
  const headersEnd = body.byteOffset - raw.byteOffset;
  const head = raw.toString('latin1', 0, headersEnd);
  const plain = head.replace(bareLineFeed, '\r\n').replace(smallVersion, (version) => version.toUpperCase());
  if (plain === head) return raw.subarray(0, headersEnd + body.length);
  return Buffer.concat([Buffer.from(plain, 'latin1'), body]);
};

const bareLineFeed = /(?<!\r)\n/g;
/** RFC 3261 §7.1: the version compares without case, but goes out in capitals; drachtio's client knows no other. */
const smallVersion = /^sip\/2\.0(?= )|sip\/2\.0(?=\r\n)/i;
