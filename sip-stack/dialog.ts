import { SipRequest, type HeaderValues, type SipMessage, type SipResponse } from './message.ts';
import { parseNameAddr, parseUri } from './uri.ts';

export interface DialogRequestOptions {
  readonly headers?: HeaderValues | undefined;
  readonly body?: Buffer | string | undefined;
}

/** A peer-to-peer relationship of two user agents, RFC 3261 §12. It sends nothing itself; it makes the requests to be sent. */
export class Dialog {
  readonly role: 'uac' | 'uas';
  readonly callId: string;
  /** From and To of what we send, tags included. */
  readonly local: string;
  readonly remote: string;
  readonly localTag: string;
  readonly remoteTag: string;
  /** Our Contact, put on what may refresh the target. */
  localContact: string | undefined;
  remoteTarget: string;
  readonly routeSet: readonly string[];
  /** CSeq of the last request sent; 0 before the first. */
  localSequence: number;
  /** CSeq of the last request received; undefined before the first. */
  remoteSequence: number | undefined;

  private constructor(
    role: 'uac' | 'uas',
    parts: Pick<Dialog, 'callId' | 'local' | 'remote' | 'localTag' | 'remoteTag' | 'remoteTarget' | 'routeSet'>,
  ) {
    this.role = role;
    this.callId = parts.callId;
    this.local = parts.local;
    this.remote = parts.remote;
    this.localTag = parts.localTag;
    this.remoteTag = parts.remoteTag;
    this.remoteTarget = parts.remoteTarget;
    this.routeSet = parts.routeSet;
    this.localSequence = 0;
  }

  /** §12.1.2: what the caller makes of a 101-299 response with a To tag. */
  static caller(invite: SipRequest, response: SipResponse): Dialog {
    const dialog = new Dialog('uac', {
      callId: invite.callId,
      local: invite.get('from') ?? '',
      remote: response.get('to') ?? '',
      localTag: invite.from.tag ?? '',
      remoteTag: response.to.tag ?? '',
      remoteTarget: contactOf(response) ?? invite.uri,
      routeSet: response.getAll('record-route').reverse(),
    });
    dialog.localContact = invite.get('contact');
    dialog.localSequence = invite.cseq.number;
    return dialog;
  }

  /** §12.1.1: what the called one makes of its own 101-299 response (with To tag and Contact). */
  static called(invite: SipRequest, response: SipResponse): Dialog {
    const dialog = new Dialog('uas', {
      callId: invite.callId,
      local: response.get('to') ?? '',
      remote: invite.get('from') ?? '',
      localTag: response.to.tag ?? '',
      remoteTag: invite.from.tag ?? '',
      remoteTarget: contactOf(invite) ?? invite.from.uri,
      routeSet: invite.getAll('record-route'),
    });
    dialog.localContact = response.get('contact');
    dialog.remoteSequence = invite.cseq.number;
    return dialog;
  }

  /** Call-ID, local tag, remote tag: as `dialogKey` gives it for a received message of this dialog. */
  get id(): string {
    return `${this.callId} ${this.localTag} ${this.remoteTag}`;
  }

  /** The URI whose host is the next hop: the first route, or the remote target. */
  get nextHop(): string {
    const [first] = this.routeSet;
    return (first === undefined ? undefined : parseNameAddr(first)?.uri) ?? this.remoteTarget;
  }

  /** §12.2.1.1. The next request of the dialog; Via comes from the transaction layer. For the ACK of a 2xx see `ack`. */
  request(method: string, options: DialogRequestOptions = {}): SipRequest {
    this.localSequence += 1;
    return this.#build(method, this.localSequence, options);
  }

  /**
   * §13.2.2.4: the ACK of a 2xx, with the CSeq number of its INVITE. Send it statelessly, again for each repeated 2xx.
   * @param sequence CSeq number of the (re-)INVITE
   */
  ack(sequence: number, options: DialogRequestOptions = {}): SipRequest {
    return this.#build('ACK', sequence, options);
  }

  /**
   * §12.2.2: notes the CSeq and, of a target refresh, the Contact of a request received.
   * @returns false when it is out of order (answer 500)
   */
  receive(request: SipRequest): boolean {
    const { number, method } = request.cseq;
    if (method === 'ACK') return true;
    if (this.remoteSequence !== undefined && number <= this.remoteSequence) return false;
    this.remoteSequence = number;
    if (method === 'INVITE' || method === 'UPDATE') this.refresh(request);
    return true;
  }

  /** Takes the Contact of a target refresh request or of the 2xx to one of ours. */
  refresh(message: SipMessage): void {
    this.remoteTarget = contactOf(message) ?? this.remoteTarget;
  }

  #build(method: string, sequence: number, { headers, body }: DialogRequestOptions): SipRequest {
    const [first] = this.routeSet;
    const next = first === undefined ? undefined : parseNameAddr(first);
    const strict = next !== undefined && parseUri(next.uri)?.params.has('lr') === false;
    const request = new SipRequest(method, strict ? next.uri : this.remoteTarget);
    const routes = strict ? [...this.routeSet.slice(1), `<${this.remoteTarget}>`] : this.routeSet;
    for (const route of routes) request.add('Route', route);
    request.add('Max-Forwards', '70').add('From', this.local).add('To', this.remote);
    request.add('Call-ID', this.callId).add('CSeq', `${sequence} ${method}`);
    if (this.localContact !== undefined && refreshing.has(method)) request.add('Contact', this.localContact);
    request.setAll(headers);
    if (body !== undefined) request.body = Buffer.from(body);
    return request;
  }
}

const refreshing: ReadonlySet<string> = new Set(['INVITE', 'UPDATE', 'SUBSCRIBE', 'REFER', 'NOTIFY']);

const contactOf = (message: SipMessage): string | undefined => {
  const [first] = message.getAll('contact');
  return first === undefined ? undefined : parseNameAddr(first)?.uri;
};

/** The `id` of the dialog a received message belongs to; undefined when a tag is missing. */
export const dialogKey = (message: SipMessage): string | undefined => {
  const incoming = message instanceof SipRequest;
  const local = (incoming ? message.to : message.from).tag;
  const remote = (incoming ? message.from : message.to).tag;
  return local === undefined || remote === undefined ? undefined : `${message.callId} ${local} ${remote}`;
};
