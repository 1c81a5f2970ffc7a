import { randomUUID } from 'node:crypto';
import type { LegRef } from '#db/calls.ts';
import type { Facility } from '#db/facilities.ts';
import type { Station } from '#db/stations.ts';
import { isUnavailable } from '#db/unavailable.ts';
import { callingIdentity } from '#sip-proxy/calling-identity.ts';
import type { IncomingCall } from '#sip-proxy/drachtio.ts';
import { closeUnanswered, runHomeCall } from '../call/home-call.ts';
import { legReference } from '../call/leg-reference.ts';
import { CallRecord } from '../cdr/call-record.ts';
import { answerInbox } from '../desk/answer-inbox.ts';
import { answerSupervisor } from '../desk/answer-supervisor.ts';
import { answerTurn } from '../desk/answer-turn.ts';
import { dialledAtDesk } from '../desk/dialled.ts';
import { answerFamily } from '../family-line/answer-family.ts';
import { callingNumberOf, isFor, isFromCarrier } from '../family-line/arriving.ts';
import { Leg } from '../leg/leg.ts';
import type { Platform } from '../platform.ts';
import type { Door } from './door.ts';
import { statusWithoutMedia } from './without-media.ts';

/** A call that is running, for whoever must wait for it or end it. */
export interface RunningCall {
  readonly id: string;
  readonly leg: Leg | undefined;
  readonly record: Pick<CallRecord, 'states' | 'settled'>;
  readonly done: Promise<unknown>;
  /** Ends it with a last word to whoever is on its lines. */
  stop(): void;
}

/** Takes a call from inside, from a family for its line, or from an agent, or says by its SIP status why not. Never rejects. */
export async function answer(
  call: IncomingCall,
  door: Door,
  platform: Platform,
  running: (call: RunningCall) => void,
): Promise<void> {
  const { log, meter } = platform;
  const refuse = (status: number, headers: Record<string, string> = {}) => {
    meter.refusedRequest(status);
    // It passes: a carrier tries another process now, and this one later (RFC 3261 §20.33).
    const later = status === 503 ? { 'Retry-After': '5' } : {};
    if (!call.signal.aborted) call.reject(status, { ...later, ...headers });
  };
  try {
    const { terms } = platform;
    const familyLine = platform.familyLine && isFor(call, platform.familyLine.number) ? platform.familyLine : undefined;
    if (familyLine && isFromCarrier(call, terms.trunks)) {
      if (call.sdp === '') return refuse(488);
      return await answerFamily(call, callingNumberOf(call), familyLine, platform, running, refuse);
    }
    const visitor = await door.visitor({ ...call, header: (name) => call.header(name), method: 'INVITE' });
    if (visitor.kind === 'refused') {
      if (visitor.status !== 407)
        log.warn({ from: call.source, status: visitor.status }, 'a call was refused at the door');
      return refuse(visitor.status, visitor.headers);
    }
    if (call.signal.aborted) return;
    if (visitor.kind === 'home') {
      // Calls go outward only: the phone of a family places none but to its own line.
      if (!familyLine) return refuse(403);
      if (call.sdp === '') return refuse(488);
      return await answerFamily(call, visitor.number, familyLine, platform, running, refuse);
    }
    if (visitor.kind === 'agent') return await answerAgent(call, visitor.agentId, platform, running, refuse);
    if (call.sdp === '') return refuse(488);
    await connect(call, visitor.station, visitor.facility, platform, running, refuse);
  } catch (error) {
    log.error({ err: error, from: call.source }, 'a call could not be answered');
    refuse(isUnavailable(error) ? 503 : 500, isUnavailable(error) ? { 'Retry-After': '10' } : {});
  }
}

/** An agent dials what the desk has for them (ivr/desk/README.md), and nobody. */
async function answerAgent(
  call: IncomingCall,
  agentId: string,
  platform: Platform,
  running: (call: RunningCall) => void,
  refuse: (status: number) => void,
): Promise<void> {
  const { familyLine } = platform;
  const dialled = dialledAtDesk(call);
  if (!dialled) return refuse(403);
  if (call.sdp === '') return refuse(488);
  switch (dialled.kind) {
    case 'inbox':
      return familyLine ? answerInbox(call, agentId, familyLine, platform, running, refuse) : refuse(403);
    case 'listen':
      return answerSupervisor(call, { agentId, extension: dialled.extension }, platform, running, refuse);
    default:
      return answerTurn(call, { agentId, to: dialled.kind }, platform, running, refuse);
  }
}

async function connect(
  call: IncomingCall,
  station: Station,
  facility: Facility,
  platform: Platform,
  running: (call: RunningCall) => void,
  refuse: (status: number) => void,
): Promise<void> {
  const { clock, log, media, meter, terms } = platform;
  const record = new CallRecord(platform, randomUUID());
  const offHookAt = clock.now();
  const open = (callerLeg: LegRef) =>
    record.note({
      kind: 'opened',
      id: record.callId,
      facilityId: facility.id,
      stationId: station.id,
      node: terms.node,
      callerLeg,
      offHookAt,
    });
  let endpoint;
  try {
    endpoint = await media.endpointFor(call.sdp);
  } catch (error) {
    const status = statusWithoutMedia(error);
    log.warn({ call: record.callId, err: error, status }, 'no media for this call');
    void open({ sipCallId: call.callId });
    closeUnanswered(record, status === 488 ? 'no-codec' : 'media-lost', status);
    return refuse(status);
  }
  let leg: Leg;
  try {
    // Before the answer: should we die as it leaves, whoever starts next knows whom to hang up.
    await open({ sipCallId: call.callId, dialogId: call.dialogId, endpointUuid: endpoint.id });
    leg = new Leg('inside', await call.answer(endpoint.localSdp), endpoint, clock);
  } catch (error) {
    void endpoint.end();
    // The caller cancelled while we were about to answer.
    if (call.signal.aborted) return closeUnanswered(record, 'caller-hung-up', 487);
    closeUnanswered(record, 'fault', 500);
    throw error;
  }
  void record.note({ kind: 'leg', callId: record.callId, side: 'inside', ...legReference(leg) });
  record.state('offHook');
  record.write('begun', { station: station.name, facility: facility.name, sipCallId: call.callId });
  meter.callBegan();
  const begun = clock.elapsed();
  const stopping = new AbortController();
  const done = runHomeCall({
    platform,
    record,
    leg,
    station,
    facility,
    identity: callingIdentity((name) => call.header(name)),
    dialled: dialledIn(call.requestUri, terms),
    stopping: stopping.signal,
  }).then(({ disposition }) => meter.callEnded(disposition, (clock.elapsed() - begun) / 1000));
  running({ id: record.callId, leg, record, done, stop: () => stopping.abort() });
}

/** The number that the request itself names; a phone that dialled only the service is asked. */
function dialledIn(requestUri: string, { serviceUsers }: { serviceUsers: readonly string[] }): string | undefined {
  const user = /^(?:sips?:)?([^@;]+)@/i.exec(requestUri)?.[1];
  if (user === undefined || serviceUsers.includes(user)) return undefined;
  try {
    return decodeURIComponent(user);
  } catch {
    return user;
  }
}
