import { randomUUID } from 'node:crypto';
import { openCall } from '#db/calls.ts';
import type { Database } from '#db/connect.ts';
import type { Facility } from '#db/facilities.ts';
import { findStation } from '#db/stations.ts';
import type { HomeCallParts } from '../call/home-call.ts';
import { CallRecord } from '../cdr/call-record.ts';
import { Leg } from '../leg/leg.ts';
import type { Platform, Terms } from '../platform.ts';
import { MovedClock } from './moved-clock.ts';
import { PlayedDialog } from './played-dialog.ts';
import { PlayedEndpoint } from './played-endpoint.ts';
import { PlayedNotes } from './played-notes.ts';
import { PlayedMedia, PlayedSip } from './played-servers.ts';
import { silentPrompts } from './prompts.ts';

export const pinPepper = 'a pepper of the tests';
export const realm = 'homeline';

const terms: Terms = {
  ...{ node: 'ivr-test', realm, pinPepper, digestSecret: 'a secret of the tests' },
  ...{ spoolFolder: '/spool', callingNumber: '+18669490290', trunks: [], serviceUsers: ['homeline', '0'] },
  ...{ ringSeconds: 45, warningSeconds: 60, probeSeconds: 30, blockSeconds: 3, wrongPinsAnHour: 1_000 },
  limits: { maxCalls: 2, maxStartsPerSecond: 100, burst: 100, maxLoopDelayMs: 1_000 },
};

/** A platform whose servers are played by the test, on a real database. */
export function playedPlatform(db: Database, changes: Partial<Terms> = {}) {
  const clock = new MovedClock();
  const [sip, media] = [new PlayedSip(), new PlayedMedia()];
  const logged: { readonly level: 'info' | 'warn' | 'error'; readonly text: string; readonly fields: object }[] = [];
  const note = (level: 'info' | 'warn' | 'error') => (fields: object, text: string) =>
    void logged.push({ level, text, fields });
  const counted: string[] = [];
  const notes = new PlayedNotes();
  const platform: Platform = {
    ...{ ...silentPrompts, sip: sip.real, media: media.real, notes: notes.real, db, clock },
    log: { info: note('info'), warn: note('warn'), error: note('error') },
    meter: {
      callBegan: () => void counted.push('began'),
      callEnded: (disposition, seconds) => void counted.push(`${disposition} after ${seconds} s`),
      refusedRequest: (status) => void counted.push(`refused ${status}`),
      shed: (why) => void counted.push(`shed: ${why}`),
      wrongPin: (facilityId, what) => void counted.push(`PIN at ${facilityId}: ${what}`),
    },
    loopDelayMs: () => 0,
    terms: { ...terms, ...changes },
  };
  return { platform, clock, sip, media, notes, logged, counted };
}

/** A call that has just been answered, of a station of the demonstration, its record open in the database. */
export async function answeredCall(
  played: ReturnType<typeof playedPlatform>,
  {
    stationId = 'valley-view-trunk',
    facility: changes = {},
  }: { stationId?: string; facility?: Partial<Facility> } = {},
) {
  const { platform, clock } = played;
  const at = await findStation(platform.db, stationId);
  if (!at) throw new Error(`the demonstration has no station ${stationId}`);
  const facility = { ...at.facility, ...changes };
  const record = new CallRecord(platform, randomUUID());
  const [dialog, endpoint] = [new PlayedDialog(), new PlayedEndpoint(randomUUID())];
  const leg = new Leg('inside', dialog, endpoint.real, clock);
  await openCall(platform.db, {
    ...{ id: record.callId, facilityId: facility.id, stationId, node: platform.terms.node },
    callerLeg: { sipCallId: randomUUID() },
    offHookAt: clock.now(),
  });
  const stopping = new AbortController();
  const parts: HomeCallParts = {
    ...{ platform, record, leg, station: at.station, facility, identity: undefined, dialled: undefined },
    stopping: stopping.signal,
  };
  return { ...played, record, dialog, endpoint, leg, parts, stopping };
}
