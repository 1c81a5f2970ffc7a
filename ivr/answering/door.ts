import type { Credentials } from '#db/credentials.ts';
import { findCredentials } from '#db/credentials.ts';
import type { StationAt } from '#db/stations.ts';
import { findStation, findStationByTrunk } from '#db/stations.ts';
import { BackOff } from '#sip-proxy/digest/back-off.ts';
import { challenge, verify } from '#sip-proxy/digest/digest.ts';
import { NonceCounts } from '#sip-proxy/digest/nonce-counts.ts';
import type { Source } from '#sip-proxy/drachtio.ts';
import type { Platform } from '../platform.ts';

interface Knock {
  readonly source: Source;
  readonly requestUri: string;
  readonly method: 'INVITE' | 'REGISTER';
  header(name: string): string | undefined;
}

export type Visitor =
  | { readonly kind: 'phone'; readonly credentials: Credentials }
  | { readonly kind: 'refused'; readonly status: number; readonly headers: Readonly<Record<string, string>> };

/** Who may come in: a facility's trunk by its address, a phone by digest (RFC 3261 §22). */
export class Door {
  readonly #platform: Platform;
  readonly #counts = new NonceCounts();
  readonly #backOff: BackOff;

  constructor(platform: Platform) {
    this.#platform = platform;
    this.#backOff = new BackOff(() => platform.clock.elapsed());
  }

  /** The station that calls, by its trunk's address or by its own credentials. */
  async station(knock: Knock): Promise<({ kind: 'station' } & StationAt) | Extract<Visitor, { kind: 'refused' }>> {
    const trunk = await findStationByTrunk(this.#platform.db, knock.source);
    if (trunk) return { kind: 'station', ...trunk };
    const visitor = await this.phone(knock);
    if (visitor.kind === 'refused') return visitor;
    const { stationId } = visitor.credentials;
    const station = stationId === undefined ? undefined : await findStation(this.#platform.db, stationId);
    // Calls go outward only: the phone of a family places none.
    return station ? { kind: 'station', ...station } : { kind: 'refused', status: 403, headers: {} };
  }

  async phone({ source, requestUri, method, header }: Knock): Promise<Visitor> {
    const { clock, db, terms } = this.#platform;
    const proxy = method === 'INVITE';
    const authorization = header(proxy ? 'Proxy-Authorization' : 'Authorization');
    const username = /username\s*=\s*"([^"]*)"/i.exec(authorization ?? '')?.[1] ?? '';
    const wait = this.#backOff.wait(source.address, username);
    if (wait > 0)
      return { kind: 'refused', status: 403, headers: { 'Retry-After': String(Math.ceil(wait / 1000)) } };
    let found: Credentials | undefined;
    const result = await verify({
      authorization,
      method,
      uri: requestUri,
      realm: terms.realm,
      secret: terms.digestSecret,
      counts: this.#counts,
      now: clock.now(),
      lookup: async (name, realm) => (found = await findCredentials(db, name, realm))?.ha1,
    });
    switch (result.kind) {
      case 'verified':
        this.#backOff.succeeded(source.address, username);
        return found ? { kind: 'phone', credentials: found } : { kind: 'refused', status: 403, headers: {} };
      case 'malformed':
        return { kind: 'refused', status: 400, headers: {} };
      case 'wrong':
        this.#backOff.failed(source.address, username);
        break;
      case 'absent':
      case 'stale':
        break;
    }
    const asked = challenge(terms.realm, terms.digestSecret, clock.now(), { stale: result.kind === 'stale' });
    return proxy
      ? { kind: 'refused', status: 407, headers: { 'Proxy-Authenticate': asked } }
      : { kind: 'refused', status: 401, headers: { 'WWW-Authenticate': asked } };
  }
}
