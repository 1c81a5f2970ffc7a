import { Dialog } from '#sip-stack/dialog.ts';
import type { SipRequest, SipResponse } from '#sip-stack/message.ts';
import type { SocketAddress } from '#sip-stack/transport.ts';
import { rseqOf } from './rack.ts';

/** An early dialog whose last reliable provisional response was this one (RFC 3262 §4). */
export interface EarlyBranch {
  readonly dialog: Dialog;
  /** Where requests go instead of to the remote target: the peer is behind a NAT. */
  readonly route: SocketAddress | undefined;
  rseq: number;
}

/** An INVITE of a client that rings reliably somewhere: its client may send PRACK, UPDATE and the like in the early dialog. */
export class EarlyCall {
  readonly invite: SipRequest;
  readonly #branches = new Map<string, EarlyBranch>();

  constructor(invite: SipRequest) {
    this.invite = invite;
  }

  /**
   * Takes a provisional response.
   * @param route where its sender is reached behind a NAT
   * @returns whether the client is to have it: not what was there before, nor what came before its turn (RFC 3262 §4)
   */
  receive(response: SipResponse, route: SocketAddress | undefined): boolean {
    const rseq = rseqOf(response);
    if (rseq === undefined) return true;
    const { tag } = response.to;
    // It could not be acknowledged.
    if (tag === undefined) return false;
    const branch = this.#branches.get(tag);
    if (branch && rseq !== branch.rseq + 1) return false;
    if (branch) {
      branch.rseq = rseq;
      branch.dialog.refresh(response);
      // The newest is last.
      this.#branches.delete(tag);
      this.#branches.set(tag, branch);
    } else this.#branches.set(tag, { dialog: Dialog.caller(this.invite, response), route, rseq });
    return true;
  }

  /** The branch that waits for the PRACK of `rseq`; without one the branch that rang last. */
  branch(rseq?: number): EarlyBranch | undefined {
    const newestFirst = [...this.#branches.values()].reverse();
    return newestFirst.find((branch) => branch.rseq === rseq) ?? newestFirst[0];
  }

  /** What the dialog of a 2xx takes over from the early one it was (RFC 3261 §13.2.2.4). */
  confirm(dialog: Dialog): void {
    const early = this.#branches.get(dialog.remoteTag)?.dialog;
    if (early) dialog.localSequence = Math.max(dialog.localSequence, early.localSequence);
  }
}
