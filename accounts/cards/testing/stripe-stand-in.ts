import { createHash } from 'node:crypto';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import Stripe from 'stripe';
import { Books, type Answer } from './stripe-books.ts';

/** How the next POST that moves money goes. 'silent-…': nothing is answered, ever. 'error-…': a 500, before or after the money moved. */
export type Way =
  'cut-before' | 'cut-after' | 'silent-before' | 'silent-after' | 'busy' | 'in-use' | 'error-before' | 'error-after';

const error = (status: number, type: string, more: Record<string, unknown> = {}): Answer => ({
  status,
  body: { error: { type, message: 'As Stripe would put it, quoting 4242424242424242.', ...more } },
});

/**
 * Stripe's API for the calls we make, on a port of this machine, form-encoded, with its rules of idempotency
 * (https://docs.stripe.com/api/idempotent_requests): what is saved with a key is the answer of a request that began to be carried out, a 500
 * too; one that was turned away (429, 409) saves nothing; a key with other parameters is an idempotency_error. Strict: it throws at a call it
 * does not know. Keeps books of its own.
 */
export class StripeStandIn {
  readonly books: Books;
  /** How the next ones go, one each; as they should when there are no more. */
  readonly ways: Way[] = [];
  /** Method and path of every request, without query. */
  readonly requests: string[] = [];
  readonly #webhookSecret: string;
  readonly #saved = new Map<string, { readonly hash: string; readonly answer: Answer }>();
  readonly #server: Server;

  constructor(options: { readonly webhookSecret: string; readonly now: () => Date }) {
    this.books = new Books(options.now);
    this.#webhookSecret = options.webhookSecret;
    this.#server = createServer((request, response) => void this.#serve(request, response));
  }

  async start(): Promise<{ readonly host: string; readonly port: number; readonly protocol: 'http' }> {
    await new Promise<void>((listening) => this.#server.listen(0, '127.0.0.1', listening));
    return { host: '127.0.0.1', port: (this.#server.address() as AddressInfo).port, protocol: 'http' };
  }

  async stop(): Promise<void> {
    const closed = new Promise((done) => this.#server.close(done));
    this.#server.closeAllConnections();
    await closed;
  }

  /** An event as Stripe would send it, any number of times. */
  webhook(
    type: string,
    object: unknown,
    at: Date,
    id = 'evt_1',
  ): { readonly rawBody: Buffer; readonly signature: string } {
    return this.sign(JSON.stringify({ id, object: 'event', type, data: { object } }), at);
  }

  sign(payload: string, at: Date): { readonly rawBody: Buffer; readonly signature: string } {
    const timestamp = Math.floor(at.getTime() / 1_000);
    const signature = Stripe.webhooks.generateTestHeaderString({ payload, secret: this.#webhookSecret, timestamp });
    return { rawBody: Buffer.from(payload), signature };
  }

  async #serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const url = new URL(request.url ?? '/', 'http://stripe');
    const body = await text(request);
    this.requests.push(`${request.method} ${url.pathname}`);
    if (request.headers.authorization !== 'Bearer sk_test_standin') {
      this.#answer(response, error(401, 'invalid_request_error'));
      return;
    }
    if (request.method === 'GET') {
      this.#answer(response, this.books.read(url.pathname, url.searchParams));
      return;
    }
    const form = new URLSearchParams(body);
    const moves = url.pathname === '/v1/payment_intents' || url.pathname === '/v1/refunds';
    const way = moves ? (this.books.wayOf(form) ?? this.ways.shift()) : undefined;
    if (way === 'cut-before') request.socket.destroy();
    else if (way === 'busy') this.#answer(response, error(429, 'invalid_request_error', { code: 'rate_limit' }));
    else if (way === 'in-use')
      this.#answer(response, error(409, 'idempotency_error', { code: 'idempotency_key_in_use' }));
    else if (way !== 'silent-before') {
      const key = request.headers['idempotency-key'];
      const answer = this.#once(typeof key === 'string' ? key : undefined, url.pathname, body, () => {
        if (way === 'error-before') return error(500, 'api_error');
        const done = this.books.write(url.pathname, form);
        return way === 'error-after' ? error(500, 'api_error') : done;
      });
      if (way === 'cut-after') request.socket.destroy();
      else if (way !== 'silent-after') this.#answer(response, answer);
    }
  }

  #once(key: string | undefined, path: string, body: string, work: () => Answer): Answer {
    if (key === undefined) return work();
    const hash = createHash('sha256').update(`${path}?${body}`).digest('hex');
    const saved = this.#saved.get(key);
    if (saved) return saved.hash === hash ? saved.answer : error(400, 'idempotency_error');
    const answer = work();
    // A request that fails validation was not carried out.
    if (answer.status !== 400 && answer.status !== 404) this.#saved.set(key, { hash, answer });
    return answer;
  }

  #answer(response: ServerResponse, { status, body }: Answer): void {
    response.writeHead(status, { 'content-type': 'application/json', 'request-id': `req_${this.requests.length}` });
    response.end(JSON.stringify(body));
  }
}
