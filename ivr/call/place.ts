import type { Endpoint } from '#media/endpoint.ts';
import type { MediaServers } from '#media/servers/media-servers.ts';
import type { Dialog } from '#sip-proxy/dialog.ts';
import type { InviteReference, SipServer } from '#sip-proxy/drachtio.ts';
import type { PlannedDialog } from '#sip-proxy/planned-dialog.ts';
import { planDialog } from '#sip-proxy/planned-dialog.ts';
import type { Reach } from '#sip-proxy/registrar/reach.ts';
import type { Trunk } from '#sip-proxy/trunks/trunk.ts';
import { trunkUri } from '#sip-proxy/trunks/trunk.ts';
import { firstAttempt, nextAttempt } from '#sip-proxy/trunks/next-attempt.ts';
import type { CallRecord } from '../cdr/call-record.ts';
import type { LegEnd } from '../cdr/outcome.ts';
import type { Clock } from '../clock.ts';
import { unlessAborted } from '../unless-aborted.ts';

/** Where a phone that registered here can be reached. */
export type Phone = Reach;

export interface Placing {
  /** The phone that answers the number; without one the trunks are tried in order. */
  readonly phone: Phone | undefined;
  readonly trunks: readonly Trunk[];
  readonly number: string;
  readonly callingNumber: string;
  readonly ringSeconds: number;
  /** The endpoint of whom they will talk with: both are on one media server. Undefined: nobody yet. */
  readonly beside: string | undefined;
  /** Told of every INVITE before it leaves; it does not before this has resolved: written down, so that a crash leaves no phone alone. */
  readonly onPlanned: (plan: PlannedDialog, endpoint: Endpoint) => Promise<unknown>;
  /** Told of every INVITE that leaves, before anything comes back. */
  readonly onSent: (invite: InviteReference) => void;
  /** Aborted when the caller hangs up. */
  readonly signal: AbortSignal;
}

export type Placed =
  | { readonly kind: 'answered'; readonly dialog: Dialog; readonly endpoint: Endpoint }
  | { readonly kind: 'ended'; readonly end: LegEnd };

interface Servers {
  readonly sip: SipServer;
  readonly media: MediaServers;
  readonly clock: Clock;
  readonly record: Pick<CallRecord, 'write'>;
}

/**
 * Rings the called number, over one route after the other as long as the next may be tried. The endpoint stands before the
 * phone answers, so that the announcement starts at once; nothing of the outside leg is heard inside.
 */
export async function place(placing: Placing, servers: Servers): Promise<Placed> {
  const { phone, trunks } = placing;
  if (phone) return (await ring({ name: 'registered phone', ...phone }, placing, servers)).placed;
  const first = firstAttempt(trunks);
  if (first.kind === 'stop') return { kind: 'ended', end: { local: 'no-trunk' } };
  let { trunk } = first;
  for (;;) {
    const { placed, rang, local } = await ring(routeOf(trunk, placing.number), placing, servers);
    if (placed.kind === 'answered' || placed.end.local !== undefined) return placed;
    const next = nextAttempt(trunks, trunk.name, { status: placed.end.status, local, rang });
    if (next.kind === 'stop') {
      const silent = local && (placed.end.status === 408 || placed.end.status === 503);
      return silent ? { kind: 'ended', end: { local: 'no-response' } } : placed;
    }
    trunk = next.trunk;
  }
}

/** How long a phone may take to confirm that it is cancelled: one that is gone never does (RFC 3261 §9.1: for 32 s). */
const confirmMs = 1_000;

interface Route extends Partial<Phone> {
  readonly name: string;
  readonly uri: string;
  readonly callingNumber?: string;
  readonly auth?: { readonly username: string; readonly password: string };
}

interface Tried {
  readonly placed: Placed;
  readonly rang: boolean;
  /** Nothing came back from there: the status, if any, was made on this side. */
  readonly local: boolean;
}

async function ring(route: Route, placing: Placing, { sip, media, clock, record }: Servers): Promise<Tried> {
  const { name, browser, ...address } = route;
  const patience = new AbortController();
  const signal = AbortSignal.any([placing.signal, patience.signal]);
  const over = new AbortController();
  let best = 0;
  const tried = (placed: Placed): Tried => ({ placed, rang: best >= 180, local: best === 0 });
  const endpoint = await media.endpoint(placing.beside);
  let offered: Promise<Endpoint> | undefined;
  /** What a browser takes it says itself, and FreeSWITCH speaks by ICE with those alone whose description it has from the beginning. */
  const answerTo = (offer: string) =>
    new Promise<string>((resolve, reject) => {
      offered = media.endpointFor(offer, endpoint.id, resolve);
      offered.catch(reject);
    });
  const abandon = (): void => {
    void endpoint.end();
    void offered?.then(
      (late) => late.end(),
      () => undefined,
    );
  };
  try {
    const plan = planDialog();
    await unlessAborted(placing.onPlanned(plan, endpoint), placing.signal).catch((error: unknown) => {
      // Nobody waits for it any longer: what is aborted is not sent.
      if (!placing.signal.aborted) throw error;
    });
    void clock.wait(placing.ringSeconds * 1000, over.signal).then(
      () => patience.abort(),
      () => undefined,
    );
    const dialled = sip.dial({
      callingNumber: placing.callingNumber,
      ...address,
      sdp: browser ? answerTo : endpoint.localSdp,
      plan,
      signal,
      onSent: placing.onSent,
      onProvisional: (status) => {
        best = Math.max(best, status);
        record.write('progress', { leg: 'outside', route: name, status });
      },
    });
    // Should it answer all the same, `dial` ends that call.
    const result = await Promise.race([dialled, unconfirmed(signal, clock, over.signal)]);
    if (result.kind === 'answered') {
      record.write('answered', { leg: 'outside', route: name });
      const { dialog } = result;
      const connected = offered ?? endpoint.connectTo(dialog.remoteSdp).then(() => endpoint);
      const heard = await unlessUnheard(dialog, connected);
      if (heard !== endpoint) void endpoint.end();
      return tried({ kind: 'answered', dialog, endpoint: heard });
    }
    abandon();
    if (result.kind === 'cancelled')
      return tried({ kind: 'ended', end: { local: placing.signal.aborted ? 'caller-cancelled' : 'ring-timeout' } });
    record.write('failed', { leg: 'outside', route: name, status: result.status, q850: result.q850 });
    return tried({ kind: 'ended', end: { status: result.status, q850: result.q850 } });
  } catch (error) {
    abandon();
    throw error;
  } finally {
    over.abort();
  }
}

/** A call that was cancelled, and about which nobody says anything. */
async function unconfirmed(cancelled: AbortSignal, clock: Clock, over: AbortSignal): Promise<{ kind: 'cancelled' }> {
  await new Promise<void>((resolve) => {
    if (cancelled.aborted) resolve();
    else cancelled.addEventListener('abort', () => resolve(), { once: true });
  });
  await clock.wait(confirmMs, over);
  return { kind: 'cancelled' };
}

/** Whoever answered and cannot be heard is not left on a silent line: Q.850 41, temporary failure. */
async function unlessUnheard(dialog: Dialog, connected: Promise<Endpoint>): Promise<Endpoint> {
  try {
    return await connected;
  } catch (error) {
    void dialog.end(41);
    throw error;
  }
}

function routeOf(trunk: Trunk, number: string): Route {
  const { name, callerId, credentials } = trunk;
  return {
    name,
    uri: `${trunkUri(trunk, number)};transport=udp`,
    ...(callerId === undefined ? {} : { callingNumber: callerId }),
    ...(credentials === undefined
      ? {}
      : { auth: { username: credentials.username, password: credentials.password.reveal() } }),
  };
}
