import { createServer, type AddressInfo, type Server } from 'node:net';
import { Dialog } from '#sip-stack/dialog.ts';
import { SipRequest, type SipResponse } from '#sip-stack/message.ts';
import { token } from '#sip-stack/token.ts';
import { TransactionLayer } from '#sip-stack/transactions.ts';
import { UdpTransport } from '#sip-stack/udp-transport.ts';
import { EslClient } from '#media/embedded/testing/esl-client.ts';

/** A controller of the media server, down to the octet: it places INVITEs as drachtio-fsmrf does, with whatever SDP. */
export class MediaController {
  readonly #layer: TransactionLayer;
  readonly #server: Server;
  readonly #to: { address: string; port: number };
  readonly #connections: EslClient[] = [];

  private constructor(layer: TransactionLayer, server: Server, port: number) {
    this.#layer = layer;
    this.#server = server;
    this.#to = { address: '127.0.0.1', port };
    server.on('connection', (socket) => {
      const esl = EslClient.of(socket);
      this.#connections.push(esl);
      esl.write('connect\n\n');
    });
    layer.onRequest = (transaction) => void transaction.reply(200);
  }

  static async open(sipPort: number): Promise<MediaController> {
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    return new MediaController(new TransactionLayer(await UdpTransport.bind('127.0.0.1', 0)), server, sipPort);
  }

  /** Calls with this SDP. Resolves with the final response, and what ends the call when it is a 200. */
  async call(sdp: string | Buffer): Promise<{ response: SipResponse; hangup: () => Promise<void> }> {
    const invite = new SipRequest('INVITE', `sip:x@127.0.0.1:${this.#to.port}`).add('Max-Forwards', '70');
    invite.add('From', `<sip:x@127.0.0.1>;tag=${token()}`).add('To', '<sip:x@127.0.0.1>').add('Call-ID', token(16));
    const { address, port } = this.#layer.transport.local;
    invite.add('CSeq', '1 INVITE').add('Contact', `<sip:x@${address}:${port}>`);
    invite.add('User-Agent', 'drachtio-fsmrf:attack').add('Content-Type', 'application/sdp');
    invite.add('X-esl-outbound', `127.0.0.1:${(this.#server.address() as AddressInfo).port}`);
    invite.body = Buffer.from(sdp);
    const response = await this.#ask(invite);
    if (response.status >= 300) return { response, hangup: async () => undefined };
    const dialog = Dialog.caller(invite, response);
    this.#layer.sendStateless(dialog.ack(1), this.#to);
    return { response, hangup: async () => void (await this.#ask(dialog.request('BYE'))) };
  }

  async close(): Promise<void> {
    for (const esl of this.#connections) esl.close();
    this.#server.close();
    this.#layer.close();
    await this.#layer.transport.close();
  }

  #ask(request: SipRequest): Promise<SipResponse> {
    return new Promise((resolve, reject) =>
      this.#layer.request(request, this.#to, {
        response: (response) => response.status >= 200 && resolve(response),
        timeout: () => reject(new Error(`${request.method}: no answer`)),
      }),
    );
  }
}

/** A description of a phone that listens there. */
export const phoneSdp = (port: number, formats = '0 8 101'): string =>
  `v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\ns=-\r\nc=IN IP4 127.0.0.1\r\nt=0 0\r\nm=audio ${port} RTP/AVP ${formats}\r\na=rtpmap:101 telephone-event/8000\r\n`;
