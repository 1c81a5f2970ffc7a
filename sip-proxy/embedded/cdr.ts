import { randomUUID } from 'node:crypto';
import type { Clock } from '#sip-stack/clock.ts';
import type { SipMessage } from '#sip-stack/message.ts';
import { timeOf, type Client } from './client.ts';
import type { Routes } from './routes.ts';
import { wireText } from './wire-text.ts';

/** Whose message a record shows: one from the wire, or one that left from here. */
export type CdrSource = 'network' | 'application';
export type CdrRole = 'uac' | 'uas' | 'proxy-uac' | 'proxy-uas';
/** `system-initiated-termination`: no ACK came, or a CANCEL of ours came too late. */
export type CdrReason =
  'call-rejected' | 'call-canceled' | 'normal-release' | 'session-expired' | 'system-initiated-termination';

/** Tells an application that asked for it (`srf.on('cdr:start')`) what becomes of calls; one of several in turn. */
export class Cdrs {
  readonly #routes: Routes;
  readonly #clock: Clock;
  readonly #enabled: boolean;

  constructor(routes: Routes, clock: Clock, enabled: boolean) {
    this.#routes = routes;
    this.#clock = clock;
    this.#enabled = enabled;
  }

  /** An INVITE that is to make a call came or left. */
  attempt(message: SipMessage, source: CdrSource): void {
    this.#tell('cdr:attempt', message, source);
  }

  /** A call is answered. */
  start(message: SipMessage, source: CdrSource, role: CdrRole): void {
    this.#tell('cdr:start', message, source, role);
  }

  /** A call is over, or did not come about. */
  stop(message: SipMessage, source: CdrSource, reason: CdrReason): void {
    this.#tell('cdr:stop', message, source, reason);
  }

  /** The final response to an INVITE: a start, or a stop. */
  answered(message: SipMessage & { readonly status: number }, source: CdrSource, role: CdrRole): void {
    if (message.status < 300) this.start(message, source, role);
    else this.stop(message, source, message.status === 487 ? 'call-canceled' : 'call-rejected');
  }

  #tell(record: string, message: SipMessage, source: CdrSource, more?: string): void {
    if (!this.#enabled) return;
    const client: Client | undefined = this.#routes.next(record);
    const facts = [randomUUID(), record, source, timeOf(this.#clock.now()), ...(more === undefined ? [] : [more])];
    client?.send(facts.join('|'), wireText(message));
  }
}
