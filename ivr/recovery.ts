import { rm } from 'node:fs/promises';
import { forgetNode } from '#accounts/desk/queue.ts';
import { callReport, closeCall, openCallsOf } from '#db/calls.ts';
import type { CallState, CallToRecover } from '#db/calls.ts';
import { endDeskLeg, openDeskLegsOf } from '#db/desk/legs.ts';
import { closeLineCall, openLineCallsOf } from '#db/line-calls.ts';
import type { Language } from '#flows/language.ts';
import { hearingFolder } from './desk/inbox-of-agent.ts';
import { tellLeftUntold } from './family-line/left-untold.ts';
import { releaseInvite } from './orphan-invite.ts';
import type { Platform } from './platform.ts';

/**
 * At the start: ends what the process that had our name left behind when it died, with what it could not write of it. Returns how many calls it
 * closed.
 */
export async function recover(platform: Platform): Promise<number> {
  const { notes, terms } = platform;
  // What it could not write: the ends of calls among it, which are then not left.
  await notes.deliver();
  // What agents were hearing.
  await rm(hearingFolder(terms), { recursive: true, force: true });
  return closeLeft(platform, terms.node);
}

/** What a process that died left open; `calls`: how many. */
export async function leftOf(db: Platform['db'], node: string) {
  const home = await openCallsOf(db, { node });
  const onTheLine = await openLineCallsOf(db, node);
  const ofTheDesk = await openDeskLegsOf(db, node);
  return { home, onTheLine, ofTheDesk, calls: home.length + onTheLine.length };
}

/**
 * Ends what a process of this name left behind. Its calls are closed with the disposition `restart`, their phones get a BYE, their channels on the
 * media servers are ended. Recordings are finished by the sweeper. Calls to the 866 line, and the phones that the desk rang, are ended like them;
 * what was being charged is found out by resolveDeposits(). Returns how many calls it closed.
 */
export async function closeLeft(platform: Platform, node: string): Promise<number> {
  const { db, media, log, familyLine } = platform;
  await forgetNode(db, node, platform.clock.now());
  const { home, onTheLine, ofTheDesk, calls } = await leftOf(db, node);
  await Promise.all(home.map((call) => close(call, platform)));
  for (const { id, ...leg } of onTheLine) {
    void release(id, { ...leg, side: 'outside' }, platform);
    await media.endOrphan(leg.endpointUuid);
    if (familyLine) await tellLeftUntold(db, familyLine, id);
    await closeLineCall(db, id, { how: 'restart', at: platform.clock.now() });
  }
  for (const { id, entryId, ...leg } of ofTheDesk) {
    void release(entryId, { ...leg, side: 'outside' }, platform);
    await media.endOrphan(leg.endpointUuid);
    // Whoever was called back is on no call of the line.
    if (familyLine && leg.side === 'family') await tellLeftUntold(db, familyLine, entryId);
    await endDeskLeg(db, id, platform.clock.now());
  }
  const legs = [...home.flatMap((call) => call.legs), ...onTheLine, ...ofTheDesk];
  const ours = new Set(legs.flatMap(({ endpointUuid }) => endpointUuid ?? []));
  const orphans = (await media.channels()).filter((id) => ours.has(id));
  await Promise.all(orphans.map((id) => media.endOrphan(id)));
  if (calls > 0) log.warn({ calls, channels: orphans.length }, 'closed the calls of a process that died');
  return calls;
}

async function close({ id, legs }: CallToRecover, platform: Platform): Promise<void> {
  const { media, db, clock } = platform;
  for (const leg of legs) {
    // A phone that is gone too would keep us waiting for half a minute; new calls do not wait for it.
    void release(id, leg, platform);
    if (leg.endpointUuid !== undefined) await media.endOrphan(leg.endpointUuid);
  }
  const { states, ...known } = await knownOf(db, id);
  await closeCall(db, id, {
    ...known,
    states: { ...states, done: clock.now() },
    disposition: 'restart',
    endedBy: 'system',
    q850: 41,
    cause: 'restart',
  });
}

/** Ends what a phone has with us, as far as that was written down. Never rejects. */
async function release(call: string, leg: CallToRecover['legs'][number], { sip, clock, log }: Platform): Promise<void> {
  const { side, dialogId, sipCallId: callId, localTag, remoteTag, remoteTarget, transactionId } = leg;
  try {
    if (dialogId !== undefined && localTag !== undefined && remoteTag !== undefined && remoteTarget !== undefined) {
      const status = await sip.endOrphan({ dialogId, callId, localTag, remoteTag, remoteTarget });
      log.info({ call, leg: side, status }, 'ended an orphan dialog');
    } else if (side === 'inside' && dialogId !== undefined && remoteTag === undefined) {
      const status = await sip.endOrphanInside({ dialogId });
      log.info({ call, leg: side, status }, 'ended the dialog of a caller who was being answered');
    } else if (side === 'outside' && dialogId !== undefined) {
      const how = await releaseInvite({ dialogId, transactionId }, { sip, clock });
      log.info({ call, leg: side, how }, 'released whom a dead process rang');
    } else if (transactionId !== undefined) {
      const cancelled = await sip.cancelOrphan({ transactionId });
      log.info({ call, leg: side, cancelled }, 'cancelled an orphan invite');
    }
  } catch (error) {
    log.warn({ call, leg: side, err: error }, 'what a dead process left with a phone could not be ended');
  }
}

/** What the journal tells of a call that nobody lived to close: its states, and how it was accepted. */
async function knownOf(db: Platform['db'], id: string) {
  const states: Partial<Record<CallState, Date>> = {};
  let accepted: { acceptedKey: string; acceptedAt: Date } | undefined;
  let language: Language | undefined;
  for (const { kind, at, data } of (await callReport(db, id))?.events ?? []) {
    if (kind === 'state') states[data['state'] as CallState] ??= at;
    if (kind === 'accepted') accepted = { acceptedKey: String(data['key']), acceptedAt: new Date(String(data['at'])) };
    if (kind === 'saying' && data['leg'] === 'inside')
      language =
        (data['prompts'] as { key: string; language: Language }[]).findLast(({ key }) => key !== 'language.choose')
          ?.language ?? language;
  }
  return { states, ...accepted, ...(language && { language }) };
}
