import type { SipRequest } from './message.ts';

/** What arrived is not SIP as RFC 3261 §7 and §25 know it. `status` is the answer it deserves. */
export class SipParseError extends Error {
  override readonly name = 'SipParseError';
  readonly status: number;
  /** The request as far as it was understood; present only when it can be answered (it has a good Via). */
  readonly request: SipRequest | undefined;

  constructor(status: number, what: string, request?: SipRequest) {
    super(what);
    this.status = status;
    this.request = request;
  }
}
