import type { SipMessage, SipRequest } from '#sip-stack/message.ts';

/** What a PRACK acknowledges: the RSeq of a provisional response and the CSeq of its request (RFC 3262 §7.2). */
export interface RAck {
  readonly sequence: number;
  readonly request: number;
  readonly method: string;
}

const rackShape = /^(\d{1,10})\s+(\d{1,10})\s+(\S+)$/;

/** The RAck of a PRACK; undefined when there is none or it is none. */
export const rackOf = (request: SipRequest): RAck | undefined => {
  const found = rackShape.exec(request.get('rack') ?? '');
  return found?.[3] === undefined
    ? undefined
    : { sequence: Number(found[1]), request: Number(found[2]), method: found[3] };
};

/** The RSeq of a reliable provisional response (RFC 3262 §7.1); undefined when there is none. */
export const rseqOf = (message: SipMessage): number | undefined => {
  const text = message.get('rseq') ?? '';
  const number = Number(text);
  return /^\d{1,10}$/.test(text) && number > 0 && number < 2 ** 32 ? number : undefined;
};

/** Whether an option tag is in a header such as Supported or Require; option tags compare without case. */
export const hasOption = (message: SipMessage, header: string, option: string): boolean =>
  message.getAll(header).some((value) => value.toLowerCase() === option);
