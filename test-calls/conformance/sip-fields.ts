import { SipRequest, type SipMessage, SipResponse } from '#sip-stack/message.ts';
import type { Fields } from './trace.ts';

/** A SIP message in few words: `INVITE`, `200 INVITE`. */
export function kindOf(message: SipMessage): string {
  if (message instanceof SipRequest) return message.method;
  const method = /[A-Z]+\s*$/.exec(message.get('cseq') ?? '')?.[0] ?? '';
  return message instanceof SipResponse ? `${message.status} ${method}` : '';
}

/** Every field of a SIP message: start line, each header as it was written, their order, and the body line by line. */
export function sipFields(message: SipMessage): Fields {
  const fields: Fields = { 'start line': message.startLine };
  for (const { name, value } of message.headers) put(fields, name, value);
  fields['order'] = message.headers.map(({ name }) => name).join(', ');
  const body = message.body.toString();
  if (body.startsWith('v=0')) for (const line of body.trimEnd().split('\r\n')) putSdp(fields, line);
  else if (body !== '') fields['body'] = body;
  return fields;
}

/** A second value of a name is `name #2`. */
function put(fields: Fields, name: string, value: string): void {
  let free = name;
  for (let n = 2; free in fields; n += 1) free = `${name} #${n}`;
  fields[free] = value;
}

/** `m=audio 4000 RTP/AVP 0` is field `sdp m=audio`, `a=rtpmap:0 PCMU/8000` field `sdp a=rtpmap:0`. */
function putSdp(fields: Fields, line: string): void {
  const [name = '', ...rest] = line.split(' ');
  const whole = /^[vostcb]=/.test(line);
  // o= holds a session id and a version made up for the call
  const value = line.startsWith('o=') ? line.replace(/^(o=\S+) \d+ \d+ /, '$1 <session> <version> ') : line;
  if (whole) put(fields, `sdp ${line.slice(0, 1)}`, value.slice(2));
  else put(fields, `sdp ${name}`, rest.join(' '));
}
