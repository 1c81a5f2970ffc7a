import { SipRequest, type SipResponse, type SipMessage } from '#sip-stack/message.ts';

/** Methods that get a row of their own; strangers' inventions are counted together. */
const known: ReadonlySet<string> = new Set(
  'INVITE ACK CANCEL BYE OPTIONS REGISTER INFO PRACK UPDATE MESSAGE SUBSCRIBE NOTIFY REFER PUBLISH'.split(' '),
);

/** `METHOD` or `METHOD status` -> how many. Retransmissions count as received, and apart from the rest as sent. */
export class Counters {
  readonly received: Record<string, number> = {};
  readonly sent: Record<string, number> = {};
  repeated = 0;
  repeatedRequests = 0;
  /** Datagrams that were no SIP. */
  malformed = 0;
  /** Requests turned away because too many were kept. */
  tooMany = 0;
  /** Requests turned away before any client saw them, by status. */
  refused: Record<string, number> = {};

  countReceived(message: SipMessage): void {
    count(this.received, message);
  }

  countSent(message: SipRequest | SipResponse, repeated: boolean): void {
    if (repeated) {
      this.repeated += 1;
      if (message instanceof SipRequest) this.repeatedRequests += 1;
    } else count(this.sent, message);
  }

  countRefused(status: number): void {
    this.refused[status] = (this.refused[status] ?? 0) + 1;
  }
}

const count = (table: Record<string, number>, message: SipMessage): void => {
  const request = message instanceof SipRequest;
  // The answer to a spoilt request repeats its CSeq, whatever that is.
  const method = request ? message.method : (message.get('cseq')?.split(/\s+/)[1] ?? '');
  const name = known.has(method) ? method : 'other';
  const key = request ? name : `${name} ${(message as SipResponse).status}`;
  table[key] = (table[key] ?? 0) + 1;
};
