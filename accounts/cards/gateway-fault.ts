export type FaultCode =
  /** Not reached, or in trouble; nothing was asked of money. */
  | 'unavailable'
  /** The key stands for another charge or refund, or was given up. A defect of the caller, or of a replay. */
  | 'key-reused'
  /** Not a key (see Charge), or not an amount. */
  | 'malformed-request'
  /** The gateway does not take our credentials or the form of our requests: somebody must look. */
  | 'misconfigured';

/** The gateway's own words for a fault, for the log. Nothing in it comes from a card. */
export interface Evidence {
  readonly status?: number;
  readonly type?: string;
  readonly gatewayCode?: string;
  readonly requestId?: string;
}

/** Something is wrong with the gateway or with how it is used. Has no `cause`: what a client library throws may hold what was sent. */
export class GatewayFault extends Error {
  override readonly name = 'GatewayFault';
  readonly code: FaultCode;
  readonly evidence: Evidence;

  constructor(code: FaultCode, evidence: Evidence = {}) {
    super(`The card gateway: ${code}.`);
    this.code = code;
    this.evidence = evidence;
  }
}

/** A webhook that is not to be believed. */
export class WebhookRefusal extends Error {
  override readonly name = 'WebhookRefusal';
  readonly code: 'forged' | 'stale' | 'unparsable';

  constructor(code: WebhookRefusal['code']) {
    super(`A webhook was refused: ${code}.`);
    this.code = code;
  }
}

/** Keys go into headers, search queries and tables as they are. Throws GatewayFault 'malformed-request'. */
export function checkKey(key: string): void {
  if (!/^[\w:.-]{8,120}$/.test(key)) throw new GatewayFault('malformed-request');
}

/** Throws GatewayFault 'malformed-request' unless `cents` is a positive whole number. */
export function checkCents(cents: number): void {
  if (!Number.isSafeInteger(cents) || cents <= 0) throw new GatewayFault('malformed-request');
}
