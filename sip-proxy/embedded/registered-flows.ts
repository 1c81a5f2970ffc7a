import type { Clock } from '#sip-stack/clock.ts';
import type { SipRequest, SipResponse } from '#sip-stack/message.ts';
import type { Flow, SocketAddress } from '#sip-stack/transport.ts';
import { parseNameAddr, parseUri, type NameAddr } from '#sip-stack/uri.ts';

/** Addresses that are remembered; the oldest go first. One is about 300 octets. */
const most = 50_000;
/** RFC 3261 §10.2.1.1 leaves what is not said to the registrar; the usual hour. Seconds. */
const usualExpiry = 3600;

interface Remembered {
  readonly source: SocketAddress;
  /** Milliseconds. */
  readonly until: number;
}

/**
 * By which connection somebody registered (or subscribed) who may have no other way in: a browser, a phone behind a NAT. Requests for that
 * Contact go by it as long as it is open (RFC 5626 §5.3, drachtio-server by user and host).
 */
export class RegisteredFlows {
  readonly #clock: Clock;
  readonly #byContact = new Map<string, Remembered>();
  readonly #contactsOf = new WeakMap<Flow, Set<string>>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  get size(): number {
    return this.#byContact.size;
  }

  /** A client has accepted a REGISTER or SUBSCRIBE that came from `source`. */
  accepted(request: SipRequest, response: SipResponse, source: SocketAddress): void {
    if (source.flow?.transport.reliable !== true) return;
    const granted = addresses(response);
    for (const contact of addresses(request)) {
      const key = keyOf(contact.uri);
      if (key === undefined) continue;
      const bound = granted.find(({ uri }) => uri === contact.uri);
      const expires =
        bound?.params.get('expires') ??
        response.get('expires') ??
        contact.params.get('expires') ??
        request.get('expires');
      this.#remember(key, source, seconds(expires));
    }
  }

  /** Where a request for this URI goes; undefined when nobody who may be reached so is known. */
  find(uri: string): SocketAddress | undefined {
    const key = keyOf(uri);
    const known = key === undefined ? undefined : this.#byContact.get(key);
    if (key === undefined || !known) return undefined;
    if (known.source.flow?.open === true && known.until > this.#clock.now()) return known.source;
    this.#byContact.delete(key);
    return undefined;
  }

  #remember(key: string, source: SocketAddress, expires: number): void {
    this.#byContact.delete(key);
    if (expires === 0 || !source.flow) return;
    this.#byContact.set(key, { source, until: this.#clock.now() + expires * 1000 });
    this.#contacts(source.flow).add(key);
    const [oldest] = this.#byContact.keys();
    if (this.#byContact.size > most && oldest !== undefined) this.#byContact.delete(oldest);
  }

  /** What is remembered of a connection; it is forgotten when that closes. */
  #contacts(flow: Flow): Set<string> {
    let contacts = this.#contactsOf.get(flow);
    if (contacts) return contacts;
    contacts = new Set();
    this.#contactsOf.set(flow, contacts);
    flow.lost.add(() => {
      for (const key of contacts) if (this.#byContact.get(key)?.source.flow === flow) this.#byContact.delete(key);
    });
    return contacts;
  }
}

const addresses = (message: SipRequest | SipResponse): NameAddr[] =>
  message.getAll('contact').flatMap((one) => parseNameAddr(one) ?? []);

/** User, host and port; parameters may differ from one request to the next. */
const keyOf = (uri: string): string | undefined => {
  const parsed = parseUri(uri);
  if (!parsed || parsed.host === '') return undefined;
  return `${parsed.user ?? ''}@${parsed.host.toLowerCase()}:${parsed.port ?? ''}`;
};

const seconds = (text: string | undefined): number => {
  const said = /^\s*(\d{1,9})\s*$/.exec(text ?? '')?.[1];
  return said === undefined ? usualExpiry : Number(said);
};
