import type { SipRequest, SipResponse } from '#sip-stack/message.ts';
import type { Client } from './client.ts';
import type { Core } from './core.ts';
import { notifyKey } from './subscription.ts';

/** How long a REFER outside of dialogs may be reported on, from the last report on. Milliseconds. */
const patience = 300_000;

/** A REFER of a client outside of dialogs, accepted: NOTIFYs will come, in a dialog that nobody else knows (RFC 3515 §2.4.4). */
export class Referrals {
  readonly #clients = new Map<string, { readonly client: Client; timer: unknown }>();

  get size(): number {
    return this.#clients.size;
  }

  accepted(core: Core, client: Client, refer: SipRequest, { status }: SipResponse): void {
    if (refer.method !== 'REFER' || status < 200 || status > 299) return;
    this.#keep(core, notifyKey(refer, refer.from.tag), client);
  }

  /** Who sent the REFER that this NOTIFY reports on. */
  clientOf(core: Core, notify: SipRequest): Client | undefined {
    const key = notifyKey(notify, notify.to.tag);
    const found = this.#clients.get(key);
    if (!found || notify.method !== 'NOTIFY') return undefined;
    if (!/^\s*terminated\b/i.test(notify.get('subscription-state') ?? '')) this.#keep(core, key, found.client);
    else this.#forget(core, key);
    return found.client;
  }

  stop(core: Core): void {
    for (const key of [...this.#clients.keys()]) this.#forget(core, key);
  }

  #keep(core: Core, key: string, client: Client): void {
    this.#forget(core, key);
    this.#clients.set(key, { client, timer: core.layer.clock.after(patience, () => this.#clients.delete(key)) });
  }

  #forget(core: Core, key: string): void {
    core.layer.clock.stop(this.#clients.get(key)?.timer);
    this.#clients.delete(key);
  }
}
