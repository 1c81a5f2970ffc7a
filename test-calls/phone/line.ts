import type { Law } from '#media/audio/g711.ts';
import { SipResponse, type HeaderValues, type SipMessage, type SipRequest } from '#sip-stack/message.ts';
import type { ClientTransaction } from '#sip-stack/client-transaction.ts';
import type { TransactionLayer } from '#sip-stack/transactions.ts';
import type { SocketAddress } from '#sip-stack/transport.ts';
import { authorization, type Credentials } from './authorization.ts';
import type { Call } from './call.ts';

/** What a call needs of its phone. */
export interface Line {
  readonly layer: TransactionLayer;
  readonly host: string;
  /** From, without tag, and Contact. */
  readonly identity: string;
  readonly contact: string;
  readonly law: Law;
  readonly credentials: Credentials | undefined;
  /** RFC 4028: whether calls agree to a session timer when the other side asks for one. */
  readonly sessionTimer: boolean;
  /** Where a request with this next hop goes. @throws Error when the host is no address literal */
  hop(uri: string): SocketAddress;
  /** Notes something that should not have happened. */
  surprise(what: string, message?: SipMessage): void;
  /** Sends messages of this dialog (Call-ID, local tag, remote tag) to the call from now on. */
  know(dialogId: string, call: Call): void;
  /** The call is over. */
  forget(call: Call): void;
  /** Everything it will hear has been heard; its voice is the phone's to close. */
  linger(call: Call): void;
}

export interface Exchange {
  /** The request that was answered: the second when the first was challenged. */
  readonly request: SipRequest;
  /** The final response; 408 and 503 stand for silence and for a request that could not be sent (RFC 3261 §8.1.3.1). */
  readonly response: SipResponse;
  /** Whether the response really came from the other side. */
  readonly received: boolean;
}

export interface ExchangeEvents {
  begun?(transaction: ClientTransaction): void;
  provisional?(response: SipResponse): void;
  /** A 2xx after the final response: repeated, or another branch's. */
  further?(response: SipResponse): void;
}

/**
 * Sends a request and answers a Digest challenge once.
 * @param make builds the request with these headers; called again, with credentials, after a challenge
 */
export async function exchange(
  line: Line,
  make: (headers: HeaderValues) => SipRequest,
  destination: SocketAddress,
  events: ExchangeEvents = {},
): Promise<Exchange> {
  const first = await once(line, make({}), destination, events);
  const { status } = first.response;
  if ((status !== 401 && status !== 407) || !line.credentials) return first;
  const [asked, answer] =
    status === 401 ? ['www-authenticate', 'Authorization'] : ['proxy-authenticate', 'Proxy-Authorization'];
  for (const challenge of first.response.headers.filter(({ key }) => key === asked)) {
    const value = authorization(challenge.value, first.request, line.credentials);
    if (value !== undefined) return once(line, make({ [answer]: value }), destination, events);
  }
  return first;
}

function once(line: Line, request: SipRequest, to: SocketAddress, events: ExchangeEvents): Promise<Exchange> {
  return new Promise((resolve) => {
    let final = false;
    const settle = (response: SipResponse, received: boolean): void => {
      final = true;
      resolve({ request, response, received });
    };
    const transaction = line.layer.request(request, to, {
      response: (response) => {
        if (response.status < 200) events.provisional?.(response);
        else if (final) events.further?.(response);
        else settle(response, true);
      },
      timeout: () => settle(SipResponse.to(request, 408), false),
      transportError: () => settle(SipResponse.to(request, 503), false),
    });
    events.begun?.(transaction);
  });
}
