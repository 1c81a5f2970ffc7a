import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text as wholeBody } from 'node:stream/consumers';

/** What is done with the next message: taken and cut off, cut off, taken and never answered, or refused with a status and a code. */
export type Fate =
  'take' | 'cut-after' | 'cut-before' | 'hang-after' | { readonly status: number; readonly code: number };

interface Message {
  readonly sid: string;
  readonly to: string;
  readonly from: string;
  readonly body: string;
  readonly date_created: string;
}

/** Twilio's Messages resource on loopback, as https://www.twilio.com/docs/messaging/api/message-resource tells it. */
export class TwilioStandIn {
  readonly accountSid = `AC${'0'.repeat(32)}`;
  readonly authToken = 'a-token-of-the-stand-in';
  readonly messages: Message[] = [];
  fate: Fate = 'take';
  at = new Date('2026-05-01T12:00:00Z');
  readonly #server = createServer((request, response) => void this.#serve(request, response));

  async open(): Promise<string> {
    await new Promise<void>((resolve) => this.#server.listen(0, '127.0.0.1', resolve));
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  async close(): Promise<void> {
    const closed = new Promise((resolve) => this.#server.close(resolve));
    this.#server.closeAllConnections();
    await closed;
  }

  async #serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const url = new URL(request.url ?? '', 'http://localhost');
    const say = (status: number, body: object) =>
      response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
    const refuse = (status: number, code: number) => say(status, { status, code, message: 'No.', more_info: '' });
    const basic = Buffer.from(`${this.accountSid}:${this.authToken}`).toString('base64');
    if (request.headers.authorization !== `Basic ${basic}`) return void refuse(401, 20003);
    if (url.pathname !== `/2010-04-01/Accounts/${this.accountSid}/Messages.json`) return void refuse(404, 20404);
    if (request.method === 'GET') {
      const [to, from] = [url.searchParams.get('To'), url.searchParams.get('From')];
      const found = this.messages.filter((one) => one.to === to && one.from === from).reverse();
      return void say(200, { messages: found, next_page_uri: null, page_size: 200 });
    }
    const form = new URLSearchParams(await wholeBody(request));
    if (typeof this.fate === 'object') return void refuse(this.fate.status, this.fate.code);
    if (this.fate === 'cut-before') return void request.socket.destroy();
    const number = String(this.messages.length).padStart(32, '0');
    const [to, from, body] = [form.get('To') ?? '', form.get('From') ?? '', form.get('Body') ?? ''];
    const message = { sid: `SM${number}`, to, from, body, date_created: this.at.toUTCString() };
    this.messages.push(message);
    if (this.fate === 'cut-after') return void request.socket.destroy();
    if (this.fate === 'take') say(201, message);
  }
}
