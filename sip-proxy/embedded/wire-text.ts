import type { SipMessage } from '#sip-stack/message.ts';

/** What arrived, as clients read it: as it came, but with CRLF at every line's end and without what follows the body. */
export const wireText = (message: SipMessage): Buffer => {
  const { raw, body } = message;
  if (!raw || body.buffer !== raw.buffer) return message.toBuffer();
  const headersEnd = body.byteOffset - raw.byteOffset;
  for (let i = raw.indexOf(10); i >= 0 && i < headersEnd; i = raw.indexOf(10, i + 1))
    if (raw[i - 1] !== 13) return message.toBuffer();
  return raw.subarray(0, headersEnd + body.length);
};
