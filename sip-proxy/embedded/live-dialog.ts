import type { Answer } from '#sip-stack/answer.ts';
import type { Dialog } from '#sip-stack/dialog.ts';
import type { SocketAddress } from '#sip-stack/transport.ts';
import type { Client } from './client.ts';
import type { Received, Sending } from './core.ts';
import { SessionTimer } from './session-timer.ts';

/** The 2xx to an INVITE of ours: the client gives its ACK once, it is repeated here for every repetition. */
export interface Accepted {
  readonly sequence: number;
  ack?: { readonly bytes: Buffer; readonly to: SocketAddress };
}

/** Our 2xx to an INVITE of the peer. */
export interface Unacknowledged {
  readonly answer: Answer;
  /** Transaction id and CSeq number of the INVITE. */
  readonly id: string;
  readonly sequence: number;
}

/** A dialog that a client can address, and its requests from the network can be given to that client. */
export class LiveDialog {
  /** `<Call-ID>;from-tag=<tag in the From of the first INVITE>`. */
  readonly id: string;
  readonly dialog: Dialog;
  /** The method that made it. */
  readonly usage: string;
  /** Whose connection carried it. It stays with that one, also when that one is gone. */
  readonly client: Client;
  /** The transaction id of the request that made it. */
  readonly firstId: string;
  /** Where requests go instead of to the remote target: the peer is behind a NAT, or came by a connection. */
  route: SocketAddress | undefined;
  readonly session = new SessionTimer();
  /** Our 2xx to an INVITE, as long as its ACK is missing. */
  unacknowledged: Unacknowledged | undefined;
  /** The last INVITE of ours that was accepted. */
  accepted: Accepted | undefined;
  /** The INVITE of ours that has no final response yet. */
  inviting: Sending | undefined;
  /** The session as we last described it, for refreshing it. */
  localSdp: Buffer | undefined;
  /** A CANCEL of ours came too late: after the ACK the call ends. */
  endAfterAck = false;
  /** What a dialog that began with SUBSCRIBE lives for: the event -> the timer at whose end it is over. */
  readonly subscriptions = new Map<string, unknown>();
  /** Requests of the peer that the client has not answered. */
  readonly open = new Set<Received>();

  constructor(parts: Pick<LiveDialog, 'id' | 'dialog' | 'usage' | 'client' | 'firstId' | 'route' | 'localSdp'>) {
    this.id = parts.id;
    this.dialog = parts.dialog;
    this.usage = parts.usage;
    this.client = parts.client;
    this.firstId = parts.firstId;
    this.route = parts.route;
    this.localSdp = parts.localSdp;
  }

  /** The ACK is here, or nobody waits for it any more. */
  acknowledged(): void {
    this.unacknowledged?.answer.stop();
    this.unacknowledged = undefined;
  }
}

/** All live dialogs, by the id clients use and by what identifies them on the wire. */
export class Dialogs {
  readonly #byId = new Map<string, LiveDialog>();
  readonly #byKey = new Map<string, LiveDialog>();

  get size(): number {
    return this.#byId.size;
  }

  add(live: LiveDialog): void {
    this.#byId.set(live.id, live);
    this.#byKey.set(live.dialog.id, live);
  }

  remove(live: LiveDialog): void {
    if (this.#byId.get(live.id) === live) this.#byId.delete(live.id);
    if (this.#byKey.get(live.dialog.id) === live) this.#byKey.delete(live.dialog.id);
  }

  get(id: string): LiveDialog | undefined {
    return this.#byId.get(id);
  }

  /** @param key as `dialogKey` of the stack gives it */
  find(key: string): LiveDialog | undefined {
    return this.#byKey.get(key);
  }

  all(): Iterable<LiveDialog> {
    return this.#byId.values();
  }
}
