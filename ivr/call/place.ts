import type { Endpoint, MediaServer } from '#media/freeswitch.ts';
import type { Dialog, SipServer } from '#sip-proxy/drachtio.ts';
import type { Trunk } from '#sip-proxy/trunks/trunk.ts';
import { triesNextTrunk } from '#sip-proxy/trunks/next-trunk.ts';
import type { CallRecord } from '../cdr/call-record.ts';
import type { LegEnd } from '../cdr/outcome.ts';
import type { Clock } from '../clock.ts';

/** Where the called number can be reached: a phone that registered here, or a trunk. */
export type Route =
  | { readonly kind: 'phone'; readonly uri: string; readonly via: string }
  | { readonly kind: 'trunk'; readonly trunk: Trunk };

export interface Placing {
  readonly routes: readonly Route[];
  readonly number: string;
  readonly callingNumber: string;
  readonly ringSeconds: number;
  /** Aborted when the caller hangs up. */
  readonly signal: AbortSignal;
}

export type Placed =
  | { readonly kind: 'answered'; readonly dialog: Dialog; readonly endpoint: Endpoint }
  | { readonly kind: 'ended'; readonly end: LegEnd };

interface Servers {
  readonly sip: SipServer;
  readonly media: MediaServer;
  readonly clock: Clock;
  readonly record: CallRecord;
}

/**
 * Rings the called number, over one route after the other as long as the next may be tried. The endpoint stands before the
 * phone answers, so that the announcement starts at once; nothing of the outside leg is heard inside.
 */
export async function place(placing: Placing, servers: Servers): Promise<Placed> {
  let end: LegEnd = { local: 'no-trunk' };
  for (const route of placing.routes) {
    const tried = await ring(route, placing, servers);
    if (tried.kind === 'answered') return tried;
    end = tried.end;
    if (!tried.next) break;
  }
  return { kind: 'ended', end };
}

async function ring(
  route: Route,
  placing: Placing,
  { sip, media, clock, record }: Servers,
): Promise<Placed & { next?: boolean }> {
  const name = route.kind === 'trunk' ? route.trunk.name : 'registered phone';
  const patience = new AbortController();
  const signal = AbortSignal.any([placing.signal, patience.signal]);
  const over = new AbortController();
  let rang = false;
  let endpoint: Endpoint | undefined;
  try {
    endpoint = await media.endpoint();
    void clock.wait(placing.ringSeconds * 1000, over.signal).then(
      () => patience.abort(),
      () => undefined,
    );
    const result = await sip.dial({
      ...addressOf(route, placing.number),
      sdp: endpoint.localSdp,
      callingNumber: placing.callingNumber,
      signal,
      onProvisional: (status) => {
        rang ||= status >= 180;
        record.write('progress', { leg: 'outside', route: name, status });
      },
    });
    if (result.kind === 'answered') {
      record.write('answered', { leg: 'outside', route: name });
      await endpoint.connectTo(result.dialog.remoteSdp);
      return { kind: 'answered', dialog: result.dialog, endpoint };
    }
    void endpoint.end();
    if (result.kind === 'cancelled')
      return { kind: 'ended', end: { local: placing.signal.aborted ? 'caller-cancelled' : 'ring-timeout' } };
    record.write('failed', { leg: 'outside', route: name, status: result.status, q850: result.q850 });
    const end: LegEnd = { status: result.status, q850: result.q850 };
    return { kind: 'ended', end, next: triesNextTrunk({ status: result.status, rang }) };
  } catch (error) {
    void endpoint?.end();
    throw error;
  } finally {
    over.abort();
  }
}

function addressOf(route: Route, number: string) {
  if (route.kind === 'phone') return { uri: route.uri, via: route.via };
  const { host, port, username, password } = route.trunk;
  return {
    uri: `sip:${number}@${host}:${port};transport=udp`,
    ...(username && password ? { auth: { username, password } } : {}),
  };
}
