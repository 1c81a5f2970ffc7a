import { inUseAt } from '#accounts/staff/softphone.ts';
import type { Credentials } from '#db/credentials.ts';
import { findCredentials } from '#db/credentials.ts';
import type { StationAt } from '#db/stations.ts';
import { findStation, findStationByTrunk } from '#db/stations.ts';
import { BackOff } from '#sip-proxy/digest/back-off.ts';
import { usernameIn } from '#sip-proxy/digest/credentials.ts';
import type { Verification } from '#sip-proxy/digest/digest.ts';
import { challenge, verify } from '#sip-proxy/digest/digest.ts';
import { NonceCounts } from '#sip-proxy/digest/nonce-counts.ts';
import type { Source } from '#sip-proxy/drachtio.ts';
import type { Platform } from '../platform.ts';

export interface Knock {
  readonly source: Source;
  readonly requestUri: string;
  readonly method: 'INVITE' | 'REGISTER';
  readonly header: (name: string) => string | undefined;
}

export interface Checked {
  readonly verification: Verification;
  /** Milliseconds for which whoever knocks must wait; the verification is then `absent`. */
  readonly wait: number;
  /** Of the phone, once it is verified. */
  readonly credentials: Credentials | undefined;
}

export type Visitor =
  | ({ readonly kind: 'station' } & StationAt)
  /** A phone of a family, and the number it answers, E.164. */
  | { readonly kind: 'home'; readonly number: string }
  /** The phone on an agent's table. */
  | { readonly kind: 'agent'; readonly agentId: string }
  | { readonly kind: 'refused'; readonly status: number; readonly headers: Readonly<Record<string, string>> };

const refused = (status: number, headers: Record<string, string> = {}): Visitor => ({
  kind: 'refused',
  status,
  headers,
});

/** Who may come in: a facility's trunk by its address, a phone by digest (RFC 3261 §22). */
export class Door {
  readonly #platform: Platform;
  readonly #counts = new NonceCounts();
  readonly #backOff: BackOff;

  constructor(platform: Platform) {
    this.#platform = platform;
    this.#backOff = new BackOff(() => platform.clock.elapsed());
  }

  /** Who calls: a station, known by its trunk's address or by its own credentials, or the phone of a family or an agent, by its credentials. */
  async visitor(knock: Knock): Promise<Visitor> {
    const { db } = this.#platform;
    const trunk = await findStationByTrunk(db, knock.source);
    if (trunk) return { kind: 'station', ...trunk };
    const { verification, wait, credentials } = await this.check(knock);
    if (wait > 0) return refused(403, { 'Retry-After': String(Math.ceil(wait / 1000)) });
    if (verification.kind === 'malformed') return refused(400);
    if (verification.kind !== 'verified')
      return refused(407, { 'Proxy-Authenticate': this.challenge(verification.kind === 'stale') });
    if (credentials?.stationId !== undefined) {
      const station = await findStation(db, credentials.stationId);
      return station ? { kind: 'station', ...station } : refused(403);
    }
    if (credentials?.agentId !== undefined) return { kind: 'agent', agentId: credentials.agentId };
    return credentials?.number === undefined ? refused(403) : { kind: 'home', number: credentials.number };
  }

  challenge(stale: boolean): string {
    const { clock, terms } = this.#platform;
    return challenge(terms.realm, terms.digestSecret, clock.now(), { stale });
  }

  /** Checks the credentials of a request; failures are counted against its source and user name. */
  async check({ source, requestUri, method, header }: Knock): Promise<Checked> {
    const { clock, db, terms } = this.#platform;
    const authorization = header(method === 'INVITE' ? 'Proxy-Authorization' : 'Authorization');
    const username = usernameIn(authorization);
    const wait = this.#backOff.wait(source.address, username, source.port);
    const unread = (ms: number): Checked => ({ verification: { kind: 'absent' }, wait: ms, credentials: undefined });
    if (wait > 0) return unread(wait);
    let credentials: Credentials | undefined;
    const verification = await verify({
      authorization,
      method,
      uri: requestUri,
      realm: terms.realm,
      secret: terms.digestSecret,
      counts: this.#counts,
      now: clock.now(),
      lookup: async (name, realm) => (credentials = await findCredentials(db, name, realm, inUseAt(clock.now())))?.ha1,
    });
    // Others of them failed while this one was looked up: what is sent side by side is judged no more often than one after the other.
    const late = this.#backOff.wait(source.address, username, source.port);
    if (late > 0) return unread(late);
    if (verification.kind === 'wrong') this.#backOff.failed(source.address, username, source.port);
    if (verification.kind === 'verified') this.#backOff.succeeded(source.address, username, source.port);
    return { verification, wait: 0, credentials: verification.kind === 'verified' ? credentials : undefined };
  }
}
