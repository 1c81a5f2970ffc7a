import { SipResponse, type HeaderValues, type SipRequest } from '#sip-stack/message.ts';
import type { ServerTransaction } from '#sip-stack/server-transaction.ts';
import type { SocketAddress } from '#sip-stack/transport.ts';
import { parseNameAddr } from '#sip-stack/uri.ts';
import { newTransactionId, type Core } from '../core.ts';
import { Sending } from '../sending.ts';
import { bestResponse } from './best-response.ts';
import { returned } from './forwarding.ts';

export interface Plan {
  /** URIs, tried in this order or all at once. */
  readonly targets: readonly string[];
  readonly simultaneous: boolean;
  readonly followRedirects: boolean;
  /** How long a target may be silent, and how long it may take to its final response. Milliseconds. */
  readonly provisionalTimeout: number | undefined;
  readonly finalTimeout: number | undefined;
  /** The request for a target; undefined when it cannot be sent there. */
  readonly make: (target: string) => { readonly request: SipRequest; readonly hop: SocketAddress | string } | undefined;
}

export interface ContextEvents {
  /** A target has answered finally; each target is told once. */
  answered?(response: SipResponse, source: SocketAddress, target: string): void;
  /** The caller has its final response. */
  over?(): void;
}

interface Branch {
  readonly target: string;
  sending: Sending | undefined;
  /** Something has been heard from it. */
  heard: boolean;
  over: boolean;
  /** What it has to say for itself; undefined while it is under way, and when it was redirected. */
  final: SipResponse | undefined;
  timers: unknown[];
}

/** More targets than this are a loop of redirections. */
const maxTargets = 50;

/**
 * RFC 3261 §16.7: the response context of a proxied request.
 *
 *                                 +-- target 1 --► 180, 486
 *   caller ── request ──► here ── +-- target 2 --► 180, 200      1xx and 2xx go back at once, of all others the best
 *          ◄── 180, 200 ──        +-- target 3 --► CANCEL, 487   when every branch has its final response
 */
export class ResponseContext {
  readonly #core: Core;
  readonly #transaction: ServerTransaction;
  readonly #plan: Plan;
  readonly #events: ContextEvents;
  readonly #branches: Branch[];
  /** Further targets may be tried. */
  #searching = true;
  #cancelled = false;
  #over = false;

  constructor(core: Core, transaction: ServerTransaction, plan: Plan, events: ContextEvents) {
    this.#core = core;
    this.#transaction = transaction;
    this.#plan = plan;
    this.#events = events;
    this.#branches = plan.targets.map(branchTo);
  }

  get request(): SipRequest {
    return this.#transaction.request;
  }

  /** An INVITE that is to make a call. */
  get #call(): boolean {
    return this.request.method === 'INVITE' && this.request.to.tag === undefined;
  }

  /** @returns false when nothing could be sent: nothing was answered either */
  start(): boolean {
    if (!this.#startNext()) return false;
    this.#core.proxied.add(this);
    this.#core.proxiedBy.set(this.#transaction, this);
    return true;
  }

  /** RFC 3261 §16.10: the caller has cancelled. */
  cancel(headers?: HeaderValues): void {
    if (this.#over) return;
    this.#cancelled = true;
    this.#cancelOthers(headers);
    this.#settle();
  }

  /** @returns whether a branch is under way that was not before */
  #startNext(): boolean {
    if (!this.#searching) return false;
    let started = false;
    for (const branch of this.#branches) {
      if (branch.sending || branch.over) continue;
      if (!this.#send(branch)) continue;
      started = true;
      if (!this.#plan.simultaneous) break;
    }
    return started;
  }

  #send(branch: Branch): boolean {
    const { clock } = this.#core.layer;
    const made = this.#plan.make(branch.target);
    if (!made) {
      branch.over = true;
      return false;
    }
    const id = newTransactionId();
    for (const ms of [this.#plan.provisionalTimeout, this.#plan.finalTimeout])
      branch.timers.push(ms === undefined ? undefined : clock.after(ms, () => this.#tooLate(branch)));
    branch.sending = new Sending(this.#core, made.request, made.hop, {
      response: (response, source) => this.#received(branch, response, source),
      ended: () => this.#core.sent.delete(id),
    });
    this.#core.sent.set(id, branch.sending);
    if (this.#call) this.#core.cdrs.attempt(made.request, 'application');
    return true;
  }

  #received(branch: Branch, response: SipResponse, source: SocketAddress): void {
    const { status } = response;
    branch.heard = true;
    this.#core.layer.clock.stop(branch.timers[0]);
    if (status === 100) return;
    if (status < 200) return this.#over || branch.over ? undefined : this.#forward(response);
    if (status < 300) return this.#accepted(branch, response, source);
    if (branch.over) return;
    this.#close(branch, response, source);
    if (this.#redirects(branch, response)) branch.final = undefined;
    // §16.7 point 5: nobody else is asked any more.
    else if (status >= 600) this.#cancelOthers();
    else if (status === 401 || status === 407) this.#searching = false;
    this.#startNext();
    this.#settle();
  }

  /** A 2xx goes back whenever it comes and as often as it comes; the first ends the search. */
  #accepted(branch: Branch, response: SipResponse, source: SocketAddress): void {
    const first = !branch.over;
    if (first) this.#close(branch, response, source);
    this.#forward(response);
    this.#cancelOthers();
    this.#finish();
  }

  #close(branch: Branch, response: SipResponse, source: SocketAddress | undefined): void {
    branch.over = true;
    branch.final = response;
    for (const timer of branch.timers) this.#core.layer.clock.stop(timer);
    // What was made here for a target that is silent or cannot be reached came from nobody.
    if (this.#call && response.raw) this.#core.cdrs.answered(response, 'network', 'proxy-uac');
    if (source && response.raw && !this.#over) this.#events.answered?.(response, source, branch.target);
  }

  /** RFC 3261 §16.5: the Contacts of a redirection are further targets; none is tried twice. */
  #redirects(branch: Branch, response: SipResponse): boolean {
    if (!this.#plan.followRedirects || response.status >= 400 || !this.#searching) return false;
    const known = new Set(this.#branches.map(({ target }) => target));
    const uris = response.getAll('contact').flatMap((contact) => parseNameAddr(contact)?.uri ?? []);
    const fresh = [...new Set(uris)].filter((uri) => !known.has(uri));
    if (fresh.length === 0 || this.#branches.length + fresh.length > maxTargets) return false;
    this.#branches.splice(this.#branches.indexOf(branch) + 1, 0, ...fresh.map(branchTo));
    return true;
  }

  /** A target that takes too long is given up, as if it had answered 408. */
  #tooLate(branch: Branch): void {
    if (branch.over || !branch.sending) return;
    branch.sending.abandon();
    this.#close(branch, this.#made(branch.sending.request, 408), undefined);
    this.#startNext();
    this.#settle();
  }

  /** Those that ring answer the CANCEL with 487; those not heard of yet are not waited for. */
  #cancelOthers(headers?: HeaderValues): void {
    this.#searching = false;
    for (const branch of this.#branches) {
      const { sending } = branch;
      if (branch.over) continue;
      if (!sending) branch.over = true;
      else if (branch.heard) sending.cancel(headers);
      else {
        sending.abandon(headers);
        this.#close(branch, this.#made(sending.request, 487), undefined);
      }
    }
  }

  /** When every branch has its final response the best of them goes back. */
  #settle(): void {
    if (this.#over || this.#branches.some(({ over, sending }) => sending && !over)) return;
    const finals = this.#branches.flatMap(({ final }) => final ?? []);
    // Among equals a target's own word says more than one that was made here.
    finals.sort((a, b) => Number(a.raw === undefined) - Number(b.raw === undefined));
    const best = (this.#cancelled ? finals.find(({ status }) => status === 487) : undefined) ?? bestResponse(finals);
    // RFC 4320 §4.2: by now nobody waits for the 408 of anything but an INVITE.
    const late = (best === undefined || best.status === 408) && this.request.method !== 'INVITE';
    if (late) this.#transaction.drop();
    else if (best) this.#forward(best);
    else this.#reply(this.#cancelled ? 487 : 408);
    this.#finish();
  }

  #forward(response: SipResponse): void {
    const back = returned(response);
    const { transport } = this.#core.layer;
    // §16.7 point 5: a 2xx that comes after another final response goes back all the same.
    if (!this.#transaction.respond(back) && back.status >= 200 && back.status < 300)
      transport.send(back.toBuffer(), this.#transaction.replyTo);
    if (this.#call && back.status >= 200 && !this.#over) this.#core.cdrs.answered(back, 'application', 'proxy-uas');
  }

  #reply(status: number): void {
    this.#transaction.reply(status);
    const { response } = this.#transaction;
    if (this.#call && response) this.#core.cdrs.answered(response, 'application', 'proxy-uas');
  }

  #made(request: SipRequest, status: number): SipResponse {
    return SipResponse.to(request, status, undefined, this.#transaction.toTag);
  }

  #finish(): void {
    if (this.#over) return;
    this.#over = true;
    this.#searching = false;
    this.#core.proxied.delete(this);
    this.#events.over?.();
  }
}

const branchTo = (target: string): Branch => ({
  target,
  sending: undefined,
  heard: false,
  over: false,
  final: undefined,
  timers: [],
});
