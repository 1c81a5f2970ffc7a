import { closeCall, openCallsOf } from '#db/calls.ts';
import type { CallToRecover } from '#db/calls.ts';
import type { Platform } from './platform.ts';

/**
 * At the start: ends what the process that had our name left behind when it died. Its calls are closed with the disposition
 * `restart`, their phones get a BYE, their channels on the media server are ended. Recordings are finished by the sweeper.
 * Returns how many calls it closed.
 */
export async function recover(platform: Platform): Promise<number> {
  const { db, media, log, terms } = platform;
  const left = await openCallsOf(db, { node: terms.node });
  await Promise.all(left.map((call) => close(call, platform)));
  const ours = new Set(left.flatMap(({ legs }) => legs.flatMap(({ endpointUuid }) => endpointUuid ?? [])));
  const orphans = (await media.channels()).filter((id) => ours.has(id));
  await Promise.all(orphans.map((id) => media.endOrphan(id)));
  if (left.length > 0)
    log.warn({ calls: left.length, channels: orphans.length }, 'closed the calls of a process that died');
  return left.length;
}

async function close({ id, legs }: CallToRecover, { sip, media, db, clock, log }: Platform): Promise<void> {
  for (const leg of legs) {
    const { dialogId, sipCallId: callId, localTag, remoteTag, remoteTarget, endpointUuid } = leg;
    if (dialogId !== undefined && localTag !== undefined && remoteTag !== undefined && remoteTarget !== undefined) {
      const status = await sip.endOrphan({ dialogId, callId, localTag, remoteTag, remoteTarget });
      log.info({ call: id, leg: leg.side, status }, 'ended an orphan dialog');
    }
    if (endpointUuid !== undefined) await media.endOrphan(endpointUuid);
  }
  await closeCall(db, id, {
    disposition: 'restart',
    endedBy: 'system',
    q850: 41,
    cause: 'restart',
    states: { done: clock.now() },
  });
}
