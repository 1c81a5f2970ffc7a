import { MOST_RTP_PACKETS } from '#media/srtp/rtp-protection.ts';
import type { SecureAgreement } from '#media/srtp/srtp-session.ts';
import type { OwnCertificate } from './certificate.ts';
import { DtlsHandshake, type DtlsRole, type SrtpKeys } from './dtls-handshake.ts';
import { isDtls } from './dtls-records.ts';
import { IceAgent, type IceAgreement } from './ice-agent.ts';
import type { StunAddress } from './stun.ts';

/** How a browser is reached, and known again: what both sides said of it in SDP. */
export type BrowserAgreement = {
  readonly ice: IceAgreement;
  readonly role: DtlsRole;
  readonly certificate: OwnCertificate;
  /** SHA-256 of the peer's certificate, as SDP has it; one of them. */
  readonly fingerprints: readonly string[];
};

/** Why a browser is given up: it cannot be reached (any more), or it is not who SDP says. */
export type BrowserFault = 'unreachable' | 'not-proven';

type Options = {
  readonly send: (bytes: Buffer, to: StunAddress) => void;
  readonly now: () => number;
  readonly random: () => number;
  readonly onKeys: (security: SecureAgreement) => void;
  readonly onFault: (fault: BrowserFault, reason: string) => void;
};

/** From a way to the peer to keys: a browser that is there needs a fraction of a second. */
const HANDSHAKE_MS = 15_000;
const SUITE = 'AES_CM_128_HMAC_SHA1_80';
/** RFC 7983 §7: what the first byte says. */
const STUN_BELOW = 4;

/**
 * What comes before the sound of a browser, on the port of the sound:
 *
 *     first byte 0..3    ──► ICE   finds, and keeps, the way
 *               20..63   ──► DTLS  on that way alone ──► keys of SRTP
 *              128..191  ──► SRTP, SRTCP: the leg's
 */
export class BrowserTransport {
  readonly #options: Options;
  readonly #ice: IceAgent;
  #dtls: DtlsHandshake | undefined;
  #agreed: BrowserAgreement | undefined;
  #wayMs: number | undefined;
  #over = false;

  constructor(options: Options) {
    this.#options = options;
    this.#ice = new IceAgent(options);
  }

  /** Where media goes. */
  get path(): StunAddress | null {
    return this.#ice.path;
  }

  /** Messages of nobody we know. */
  get ignored(): number {
    return this.#ice.ignored;
  }

  allows(source: StunAddress): boolean {
    return this.#ice.allows(source);
  }

  /** What was agreed on, also anew: keys stay as long as certificate and role do (RFC 8842 §3), else until there are new ones. */
  follow(agreed: BrowserAgreement): void {
    const former = this.#agreed;
    this.#agreed = agreed;
    this.#ice.follow(agreed.ice);
    const same = former?.role === agreed.role && former.fingerprints.join() === agreed.fingerprints.join();
    if (same) return;
    this.#dtls?.close();
    this.#wayMs = undefined;
    this.#dtls = new DtlsHandshake({
      role: agreed.role,
      certificate: agreed.certificate,
      fingerprints: agreed.fingerprints,
      send: (bytes) => {
        const to = this.path;
        if (to && !this.#over) this.#options.send(bytes, to);
      },
      onKeys: (keys) => this.#options.onKeys(secured(keys)),
      onFault: (error) => this.#fail('not-proven', error.message),
    });
  }

  /** False: it is none of this, but media. */
  receive(bytes: Buffer, source: StunAddress): boolean {
    if (bytes.length === 0 || bytes[0]! >= 64) return false;
    if (bytes[0]! < STUN_BELOW) this.#ice.receive(bytes, source);
    else if (isDtls(bytes) && this.allows(source)) this.#dtls?.receive(Buffer.from(bytes));
    return true;
  }

  /** At least every 20 ms. */
  tick(): void {
    if (this.#over) return;
    this.#ice.tick();
    if (this.#ice.lost) return this.#fail('unreachable', 'no answer to ICE for 30 seconds');
    if (!this.path || !this.#dtls || this.#dtls.done) return;
    this.#wayMs ??= this.#options.now();
    this.#dtls.start();
    if (this.#options.now() - this.#wayMs >= HANDSHAKE_MS) this.#fail('not-proven', 'the DTLS handshake took too long');
  }

  close(): void {
    this.#over = true;
    this.#dtls?.close();
  }

  #fail(fault: BrowserFault, reason: string): void {
    if (this.#over) return;
    this.close();
    this.#options.onFault(fault, reason);
  }
}

const secured = ({ local, remote }: SrtpKeys): SecureAgreement => ({
  suite: SUITE,
  local,
  remote: { tag: 0, suite: SUITE, master: remote, lifetime: MOST_RTP_PACKETS },
});
