import type { CallEnding } from '#db/calls.ts';
import type { Facility } from '#db/facilities.ts';
import type { Station } from '#db/stations.ts';
import { isUnavailable } from '#db/unavailable.ts';
import type { Desk } from '#flows/call-home/inside.ts';
import { callHome } from '#flows/call-home/inside.ts';
import { prompt } from '#flows/prompt.ts';
import { EndpointGone, endpointCutOff, MediaServerUnavailable } from '#media/endpoint.ts';
import type { CallRecord } from '../cdr/call-record.ts';
import type { Disposition } from '../cdr/dispositions.ts';
import { dispositions } from '../cdr/dispositions.ts';
import type { Leg } from '../leg/leg.ts';
import { within } from '../clock.ts';
import { LegEnded } from '../leg/leg.ts';
import { SpokenLine } from '../leg/spoken-line.ts';
import { unlessAborted } from '../unless-aborted.ts';
import type { Platform } from '../platform.ts';
import type { Conclusion } from './conclusion.ts';
import { conclusion, leftBefore } from './conclusion.ts';
import { HomeDesk } from './home-desk.ts';
import { lastWords, Stopped } from './last-words.ts';

export interface HomeCallParts {
  readonly platform: Platform;
  readonly record: CallRecord;
  readonly leg: Leg;
  readonly station: Station;
  readonly facility: Facility;
  /** As a trunk says which of its phones calls. */
  readonly identity: string | undefined;
  /** The number in the request, undefined when it is to be asked for. */
  readonly dialled: string | undefined;
  /** Aborted when the platform stops and the call may go on no longer. */
  readonly stopping: AbortSignal;
}

/** How long phones may take to confirm the end before the call is closed without that. */
const partingMs = 1_000;

/** Runs one call from the answered inside leg to the closed CDR. Never rejects. */
export async function runHomeCall(parts: HomeCallParts): Promise<Conclusion> {
  const { platform, record, leg, facility } = parts;
  const { log, terms } = platform;
  const stop = new AbortController();
  const line = new SpokenLine({
    ...platform,
    leg,
    record,
    language: facility.defaultLanguage,
    voiceFolder: `${terms.spoolFolder}/voices`,
    signal: stop.signal,
  });
  const desk = new HomeDesk({ ...parts, stopping: stop.signal }, line);
  // A call that is over already has its own last words.
  const stopped = () => desk.concluded ?? stop.abort(new Stopped());
  if (parts.stopping.aborted) stopped();
  else parts.stopping.addEventListener('abort', stopped, { once: true });
  try {
    await callHome(line, stoppable(desk, stop.signal), parts.dialled);
  } catch (error) {
    if (error instanceof Stopped) {
      desk.concludeOnce(conclusion('shutdown'));
      await lastWords([{ leg, language: line.language }, ...desk.listeners], parts);
    } else if (error instanceof LegEnded && error.side === 'inside') {
      const { by, cause } = error.ending;
      const silent = by === 'media-server' && cause !== endpointCutOff;
      desk.concludeOnce(conclusion(silent ? 'far-end-lost' : leftBefore(error.ending, 'caller-hung-up')));
    } else if (leg.ending && wentWithMedia(error)) {
      // What was asked of the media server as it died, for either leg.
      desk.concludeOnce(conclusion(leftBefore(leg.ending, 'caller-hung-up')));
    } else {
      log.error({ call: record.callId, err: error }, 'the call met a fault');
      const disposition = isUnavailable(error) ? 'policy-unavailable' : 'fault';
      desk.concludeOnce(conclusion(disposition));
      await line.say(prompt(dispositions[disposition].announcement)).catch(() => undefined);
    }
  }
  const ended = desk.concluded ?? conclusion('fault');
  record.state('done');
  // A phone that is gone answers its BYE never; the call is over all the same, and its person may call again.
  await within(platform.clock, partingMs, Promise.all([leg.end(), desk.clearUp()]));
  void line.discardVoices(desk.keptVoice);
  const { disposition, endedBy, q850, sipStatus } = ended;
  record.write('closed', { disposition, endedBy, q850 });
  close(record, {
    disposition,
    endedBy,
    q850,
    cause: causeText(leg),
    language: line.language,
    ...(sipStatus === undefined ? {} : { sipStatus }),
    ...desk.acceptance,
  });
  await desk.sealed;
  return ended;
}

const wentWithMedia = (error: unknown): boolean =>
  error instanceof EndpointGone || error instanceof MediaServerUnavailable;

/** A desk that keeps nobody waiting (for a database that is away) once the call is stopped; connecting stops by itself. */
const stoppable = (desk: Desk, stop: AbortSignal): Desk => ({
  pinLocked: () => unlessAborted(desk.pinLocked(), stop),
  identify: (pin) => unlessAborted(desk.identify(pin), stop),
  keepName: (voice) => unlessAborted(desk.keepName(voice), stop),
  mayCall: (dialled) => unlessAborted(desk.mayCall(dialled), stop),
  giveUp: (why) => desk.giveUp(why),
  connect: () => desk.connect(),
});

/** The record of a call whose phone never heard us. */
export function closeUnanswered(record: CallRecord, disposition: Disposition, sipStatus: number): void {
  record.state('offHook');
  record.state('done');
  const { endedBy, q850 } = conclusion(disposition);
  close(record, { disposition, endedBy, q850, sipStatus, cause: `SIP ${sipStatus}` });
}

/** Without its times a call cannot be told from one that goes on: they are copied, as they are now. */
function close(record: CallRecord, ending: Omit<CallEnding, 'states'>): void {
  const note = { kind: 'closed', callId: record.callId, ending: { ...ending, states: { ...record.states } } } as const;
  void record.note(note);
}

const causeText = (leg: Leg): string => leg.ending?.cause ?? leg.ending?.by ?? 'none';
