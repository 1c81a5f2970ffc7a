import type { BrowserAgreement } from '#media/webrtc/browser-transport.ts';
import type { Certificates, OwnCertificate } from '#media/webrtc/certificate.ts';
import { newCredentials, type IceCredentials } from '#media/webrtc/credentials.ts';
import type { DtlsRole } from '#media/webrtc/dtls-handshake.ts';
import type { OwnBrowserLine, Setup, StreamSource } from './browser-sdp.ts';
import type { MediaLine } from './sdp.ts';

const OFFERED_PROTOCOL = 'UDP/TLS/RTP/SAVPF';
const OFFERED_MID = '0';

/** Lines of browsers, RFC 8829 §5.1.2: also by the names that older ones use. */
export const isBrowserProtocol = (protocol: string): boolean => /^(UDP\/TLS\/)?RTP\/SAVPF$/.test(protocol);

/** What `setup` of the other side makes of us (RFC 8842 §5). */
const ANSWERS: Readonly<Record<DtlsRole, Setup>> = { client: 'active', server: 'passive' };

/**
 * Our side of ICE and DTLS with a browser, from one description to the next.
 *
 * An offer with `actpass` is answered `active` in the call's first description and `passive` in later ones, as FreeSWITCH does. What comes in
 * a re-INVITE after an offer of ours was not answered in its own exchange (a controller that connects two dialogs) is the browser's answer to
 * that: the credentials stay, and we nominate.
 */
export class BrowserSide {
  readonly #certificates: Certificates;
  readonly #source: StreamSource;
  #certificate: OwnCertificate | undefined;
  #local: IceCredentials | undefined;
  /** The other side's, by which a restart is known. */
  #remoteUfrag: string | undefined;
  #fingerprints = '';
  #role: DtlsRole | undefined;
  /** An offer of ours is out. */
  #offered = false;
  #described = false;

  constructor(certificates: Certificates, source: StreamSource) {
    this.#certificates = certificates;
    this.#source = source;
  }

  /** A description was exchanged, of whatever kind. */
  described(): void {
    this.#described = true;
  }

  /** Our part of an offer. */
  offer(): OwnBrowserLine {
    this.#offered = true;
    return this.#own(OFFERED_PROTOCOL, 'actpass', OFFERED_MID, true);
  }

  /** What an offer comes to; undefined: it says too little, or what it wants is not done here (RTCP on a port of its own). */
  takeOffer(line: MediaLine): BrowserAgreement | undefined {
    const { ufrag, pwd, setup = 'actpass', fingerprints } = line.browser;
    if (!ufrag || !pwd || !fingerprints || !line.rtcpMux) return undefined;
    const restarted = this.#remoteUfrag !== undefined && this.#remoteUfrag !== ufrag;
    if (restarted) this.#local = newCredentials();
    const controlling = this.#offered && setup !== 'actpass';
    return this.#agree({ ufrag, pwd }, line, this.#roleFor(setup, fingerprints), controlling);
  }

  /** What an answer to our offer comes to; `echo`: it is our own description, nobody is there yet. */
  takeAnswer(line: MediaLine): BrowserAgreement | 'echo' | undefined {
    const { ufrag, pwd, setup, fingerprints } = line.browser;
    if (ufrag !== undefined && ufrag === this.#local?.ufrag) return 'echo';
    if (!ufrag || !pwd || !fingerprints || !line.rtcpMux) return undefined;
    if (setup !== 'active' && setup !== 'passive') return undefined;
    return this.#agree({ ufrag, pwd }, line, setup === 'active' ? 'server' : 'client', true);
  }

  /** Our part of the answer to the offer that was taken. */
  answer(line: MediaLine, bundle: readonly string[]): OwnBrowserLine {
    const bundled = line.mid !== undefined && bundle.includes(line.mid);
    return this.#own(line.protocol, ANSWERS[this.#role!], line.mid, bundled);
  }

  #roleFor(setup: Setup, fingerprints: readonly string[]): DtlsRole {
    if (setup === 'active') return 'server';
    if (setup === 'passive') return 'client';
    // RFC 8842 §5.3: as long as the association goes on, so do the roles
    if (this.#role && fingerprints.join() === this.#fingerprints) return this.#role;
    return this.#described ? 'server' : 'client';
  }

  #agree(remote: IceCredentials, line: MediaLine, role: DtlsRole, controlling: boolean): BrowserAgreement {
    const { candidates = [], fingerprints = [] } = line.browser;
    this.#remoteUfrag = remote.ufrag;
    this.#fingerprints = fingerprints.join();
    this.#role = role;
    this.#offered = false;
    const local = (this.#local ??= newCredentials());
    return { ice: { local, remote, candidates, controlling }, role, certificate: this.#ownCertificate, fingerprints };
  }

  #own(protocol: string, setup: Setup, mid: string | undefined, bundled: boolean): OwnBrowserLine {
    const ice = (this.#local ??= newCredentials());
    const { fingerprint } = this.#ownCertificate;
    return { protocol, ice, fingerprint, source: this.#source, setup, mid, bundled };
  }

  get #ownCertificate(): OwnCertificate {
    return (this.#certificate ??= this.#certificates.current);
  }
}
