import type { MasterKey } from './keys.ts';
import { RtcpReceiver, RtcpSender } from './rtcp-protection.ts';
import { RtpReceiver, RtpSender } from './rtp-protection.ts';
import { sameKey, SUITES, type Crypto, type Suite } from './sdes.ts';

/** What was agreed on: our key with which we send, and that of the peer. */
export type SecureAgreement = { readonly suite: Suite; readonly local: MasterKey; readonly remote: Crypto };

/** One direction. */
type Outgoing = { readonly rtp: RtpSender; readonly rtcp: RtcpSender };
type Incoming = { readonly rtp: RtpReceiver; readonly rtcp: RtcpReceiver };

/** Protection of one RTP session and its RTCP, in both directions. */
export class SrtpSession {
  readonly #agreement: SecureAgreement;
  readonly #outgoing: Outgoing;
  readonly #incoming: Incoming;

  /**
   * After `former`, where a direction keeps its key, its counters and what came already go on (RFC 3711 §3.3.2): begun anew, packets would
   * be encrypted with a keystream that was used before.
   */
  constructor(agreement: SecureAgreement, former?: SrtpSession) {
    const { suite, local, remote } = agreement;
    this.#agreement = agreement;
    const before = former && former.#agreement.suite === suite ? former : undefined;
    this.#outgoing =
      before && sameKey(local, before.#agreement.local)
        ? before.#outgoing
        : { rtp: new RtpSender(local, SUITES[suite]), rtcp: new RtcpSender(local) };
    this.#incoming =
      before && sameKey(remote.master, before.#agreement.remote.master)
        ? before.#incoming
        : {
            rtp: new RtpReceiver(remote.master, SUITES[suite], remote.lifetime),
            rtcp: new RtcpReceiver(remote.master),
          };
  }

  protect(packet: Uint8Array): Buffer | undefined {
    return this.#outgoing.rtp.protect(packet);
  }

  open(bytes: Buffer): Buffer | undefined {
    return this.#incoming.rtp.open(bytes);
  }

  protectControl(packet: Uint8Array): Buffer | undefined {
    return this.#outgoing.rtcp.protect(packet);
  }

  openControl(bytes: Buffer): Buffer | undefined {
    return this.#incoming.rtcp.open(bytes);
  }
}
