import { Answer } from '#sip-stack/answer.ts';
import type { ClientTransaction } from '#sip-stack/client-transaction.ts';
import { Dialog } from '#sip-stack/dialog.ts';
import { FakeClock } from '#sip-stack/fake-clock.ts';
import { SipRequest, SipResponse, type HeaderValues } from '#sip-stack/message.ts';
import type { ServerTransaction } from '#sip-stack/server-transaction.ts';
import { token } from '#sip-stack/token.ts';
import { TransactionLayer } from '#sip-stack/transactions.ts';
import { hostPort, type SocketAddress, type Transport } from '#sip-stack/transport.ts';
import { UdpTransport } from '#sip-stack/udp-transport.ts';
import { Inbox } from './inbox.ts';

export const sdp = (port: number, direction = 'sendrecv'): string =>
  `v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\ns=-\r\nc=IN IP4 127.0.0.1\r\nt=0 0\r\nm=audio ${port} RTP/AVP 0\r\na=rtpmap:0 PCMU/8000\r\na=${direction}\r\n`;

/** A request of the phone and what comes back. */
export class Asked {
  readonly request: SipRequest;
  readonly responses = new Inbox<SipResponse>();
  transaction: ClientTransaction | undefined;

  constructor(request: SipRequest) {
    this.request = request;
  }

  /** The next response with this status. */
  response(status: number): Promise<SipResponse> {
    return this.responses.next((response) => response.status === status);
  }
}

interface Offered {
  readonly tx: ServerTransaction;
  readonly request: SipRequest;
}

/** A phone that does what a test says, over real UDP, on a clock that stands still. */
export class Phone {
  readonly layer: TransactionLayer;
  readonly clock: FakeClock;
  readonly #server: SocketAddress;
  readonly #requests = new Inbox<Offered>();
  readonly #acks = new Inbox<SipRequest>();
  readonly cancelled = new Inbox<SipRequest>();

  private constructor(layer: TransactionLayer, clock: FakeClock, server: SocketAddress) {
    this.layer = layer;
    this.clock = clock;
    this.#server = server;
    layer.onRequest = (tx, request) => {
      tx.onCancelled = (cancel) => this.cancelled.push(cancel);
      this.#requests.push({ tx, request });
    };
    layer.onAck = (ack) => this.#acks.push(ack);
  }

  static async start(serverPort: number): Promise<Phone> {
    return Phone.over(await UdpTransport.bind('127.0.0.1', 0), { address: '127.0.0.1', port: serverPort });
  }

  /** @param server whom it speaks to */
  static over(transport: Transport, server: SocketAddress): Phone {
    const clock = new FakeClock();
    return new Phone(new TransactionLayer(transport, { clock }), clock, server);
  }

  get port(): number {
    return this.layer.transport.local.port;
  }

  get contact(): string {
    return `<${this.uri}>`;
  }

  get uri(): string {
    const { protocol, local } = this.layer.transport;
    return `sip:phone@${hostPort(local)}${protocol === 'UDP' ? '' : `;transport=${protocol.toLowerCase()}`}`;
  }

  /** The next request of this method. */
  request(method: string): Promise<Offered> {
    return this.#requests.next(({ request }) => request.method === method);
  }

  /** The next ACK of a 2xx. */
  ack(): Promise<SipRequest> {
    return this.#acks.next();
  }

  /** Requests the test did not ask for. */
  get unexpected(): string[] {
    return [...this.#requests.rest.map(({ request }) => request.method), ...this.#acks.rest.map(() => 'ACK')];
  }

  /** Sends a request outside of dialogs. */
  ask(method: string, headers: HeaderValues = {}, body = ''): Asked {
    const request = new SipRequest(method, `sip:100@${hostPort(this.#server)}`).add('Max-Forwards', '70');
    request.add('From', `<sip:phone@127.0.0.1>;tag=${token()}`).add('To', '<sip:100@127.0.0.1>');
    request.add('Call-ID', token()).add('CSeq', `1 ${method}`);
    if (method === 'INVITE') request.add('Contact', this.contact);
    if (body) request.add('Content-Type', 'application/sdp');
    request.setAll(headers).body = Buffer.from(body);
    return this.send(request);
  }

  send(request: SipRequest): Asked {
    const asked = new Asked(request);
    asked.transaction = this.layer.request(request, this.#server, {
      response: (response) => asked.responses.push(response),
      timeout: () => asked.responses.push(new SipResponse(408)),
    });
    return asked;
  }

  /** Sends bytes as they are. */
  raw(text: string | Buffer): void {
    this.layer.transport.send(Buffer.from(text), this.#server);
  }

  /** Acknowledges a 2xx. */
  acknowledge(asked: Asked, response: SipResponse, body = ''): Dialog {
    const dialog = Dialog.caller(asked.request, response);
    const ack = dialog.ack(
      asked.request.cseq.number,
      body ? { headers: { 'Content-Type': 'application/sdp' }, body } : {},
    );
    this.layer.sendStateless(ack, this.#server);
    return dialog;
  }

  /** Answers an INVITE with 200. */
  accept({ tx, request }: Offered, body = sdp(4000), headers: HeaderValues = {}): Dialog {
    const ok = SipResponse.to(request, 200, 'OK', tx.toTag).add('Contact', this.contact);
    ok.add('Content-Type', 'application/sdp').setAll(headers).body = Buffer.from(body);
    const dialog = Dialog.called(request, ok);
    const answer = new Answer(tx, ok, this.layer, () => undefined);
    // The test's clock stands still: nothing is repeated unless it says so.
    answer.stop();
    return dialog;
  }

  async close(): Promise<void> {
    this.layer.close();
    await this.layer.transport.close();
  }
}
