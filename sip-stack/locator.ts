import { randomInt } from 'node:crypto';
import { isIP } from 'node:net';
import type { NameLookup, Srv } from './name-lookup.ts';
import { literalAddress, wantedProtocol } from './next-hop.ts';
import { inOrder } from './srv-order.ts';
import { bareHost, defaultPort, type Protocol, type SocketAddress } from './transport.ts';
import { parseUri, type SipUri } from './uri.ts';

/** Targets of one name that are tried: each silent one takes 32 s (timer B), and nobody waits longer than for a few. */
const maxTargets = 8;

/** RFC 3263 §4.1: NAPTR services and what they stand for; those of WebSocket (RFC 7118 §7) are missing, because none can be opened from here. */
const services: ReadonlyMap<string, Protocol> = new Map([
  ['SIP+D2U', 'UDP'],
  ['SIP+D2T', 'TCP'],
  ['SIPS+D2T', 'TLS'],
]);

const srvNames: Readonly<Partial<Record<Protocol, string>>> = { UDP: '_sip._udp', TCP: '_sip._tcp', TLS: '_sips._tcp' };

/** What this element can do itself: by it the choice is made. */
export interface Abilities {
  /** In the order of preference. */
  readonly protocols: readonly Protocol[];
  /** Families of addresses, likewise. */
  readonly families: readonly (4 | 6)[];
}

/** Where to send, RFC 3263 §4: one target after the other, as they are asked for. */
export class Locator {
  readonly #lookup: NameLookup;
  readonly #abilities: Abilities;
  readonly #draw: (below: number) => number;

  /** @param draw see `inOrder` */
  constructor(lookup: NameLookup, abilities: Abilities, draw: (below: number) => number = (below) => randomInt(below)) {
    this.#lookup = lookup;
    this.#abilities = abilities;
    this.#draw = draw;
  }

  /** The targets of a URI, best first; none when it is no SIP URI or DNS knows none. Never throws. */
  async *targets(uri: string | SipUri): AsyncGenerator<SocketAddress, void> {
    const parsed = typeof uri === 'string' ? parseUri(uri) : uri;
    if (!parsed || parsed.host === '') return;
    const literal = literalAddress(parsed);
    if (literal) return void (yield literal);
    const seen = new Set<string>();
    for await (const target of this.#ofName(parsed)) {
      const key = `${target.protocol ?? ''} ${target.address} ${target.port}`;
      if (seen.has(key)) continue;
      seen.add(key);
      yield target;
      if (seen.size === maxTargets) return;
    }
  }

  async *#ofName(uri: SipUri): AsyncGenerator<SocketAddress, void> {
    const name = bareHost(uri.params.get('maddr') || uri.host);
    // RFC 6761 §6.4: there is none to ask for (browsers call themselves so, RFC 7118 §5.2.1).
    if (name.toLowerCase().endsWith('.invalid')) return;
    const wanted = wantedProtocol(uri) as Protocol | undefined;
    // §4.2: with a port there is nothing to ask for but addresses.
    if (uri.port !== undefined) return yield* this.#addresses(name, wanted, uri.port, name);
    const said = uri.params.has('transport') ? wanted : undefined;
    // A name of one part (localhost, a container) has no service records.
    const told = name.includes('.') && (yield* this.#services(name, said, uri.scheme === 'sips'));
    if (!told) yield* this.#addresses(name, wanted, defaultPort(wanted), name);
  }

  /**
   * §4.1: NAPTR tells transports and the names of their SRV records; without it those names are made by rule.
   * @param said the transport that the URI names
   * @param secure TLS and nothing else
   * @returns whether the domain has such records, though they may lead nowhere
   */
  async *#services(name: string, said: Protocol | undefined, secure: boolean): AsyncGenerator<SocketAddress, boolean> {
    const { protocols } = this.#abilities;
    const able = (protocol: Protocol): boolean => protocols.includes(protocol) && (!secure || protocol === 'TLS');
    if (said === undefined) {
      const records = (await this.#lookup.naptr(name)).flatMap((record) => {
        const protocol = services.get(record.service.toUpperCase());
        return protocol && able(protocol) && record.flags.toLowerCase() === 's' ? [{ ...record, protocol }] : [];
      });
      // RFC 3403 §4.1: of those that suit, the lowest order alone counts.
      const order = Math.min(...records.map((record) => record.order));
      const best = records.filter((record) => record.order === order).sort((a, b) => a.preference - b.preference);
      for (const { protocol, replacement } of best)
        yield* this.#hosts(await this.#lookup.srv(replacement), protocol, name);
      if (best.length > 0) return true;
    }
    // TLS is not tried for somebody who did not ask for it and whose domain does not name it.
    const made = said === undefined ? protocols.filter((one) => able(one) && (secure || one !== 'TLS')) : [said];
    const asked = made.flatMap((protocol) => {
      const prefix = srvNames[protocol];
      return prefix === undefined ? [] : [{ protocol, answer: this.#lookup.srv(`${prefix}.${name}`) }];
    });
    let told = false;
    for (const { protocol, answer } of asked) {
      const records = await answer;
      told ||= records.length > 0;
      yield* this.#hosts(records, protocol, name);
    }
    return told;
  }

  /** RFC 2782: a service whose only target is `.` is not there. */
  async *#hosts(records: readonly Srv[], protocol: Protocol, name: string): AsyncGenerator<SocketAddress, void> {
    for (const record of inOrder(records, this.#draw))
      if (record.name !== '' && record.name !== '.') yield* this.#addresses(record.name, protocol, record.port, name);
  }

  /** @param certified the name that a certificate has to bear: the one that was asked for, not where it led to (RFC 5922 §4) */
  async *#addresses(
    host: string,
    protocol: Protocol | undefined,
    port: number,
    certified: string,
  ): AsyncGenerator<SocketAddress, void> {
    const said = protocol === undefined || protocol === 'UDP' ? {} : { protocol, name: certified };
    if (isIP(host)) return void (yield { address: host, port, ...said });
    for (const family of this.#abilities.families)
      for (const address of await this.#lookup.addresses(host, family)) yield { address, port, ...said };
  }
}
