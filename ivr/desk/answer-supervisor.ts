import { randomUUID } from 'node:crypto';
import { agentsAtDesk } from '#db/desk/agents.ts';
import { endDeskLeg } from '#db/desk/legs.ts';
import {
  beginListening,
  endListening,
  legOfAgent,
  type Listening,
  type ListeningMode,
  type NotListening,
  type WantsToListen,
} from '#db/desk/listening.ts';
import { isUnavailable } from '#db/unavailable.ts';
import type { Language } from '#flows/language.ts';
import { prompt } from '#flows/prompt.ts';
import type { IncomingCall } from '#sip-proxy/drachtio.ts';
import type { RunningCall } from '../answering/answer.ts';
import { pickUp } from '../answering/pick-up.ts';
import { Stopped } from '../call/last-words.ts';
import { legReference } from '../call/leg-reference.ts';
import { unwritten } from '../family-line/unwritten.ts';
import { LegEnded, type Leg } from '../leg/leg.ts';
import { SpokenLine } from '../leg/spoken-line.ts';
import type { Platform } from '../platform.ts';
import { unlessAborted } from '../unless-aborted.ts';
import { listen, listenKeys } from './listen.ts';

/** An agent's phone that dialled the code and an extension. */
interface Wanted {
  readonly agentId: string;
  readonly extension: string;
}

type Why = Exclude<NotListening, 'leg-unknown'> | 'not-now';

/**
 * A supervisor's call: they hear an agent and a caller, and may speak to one or both, or they hear why not. Nothing is heard before it
 * is written down who listens to what; their leg ends with the talk. Rejects when it cannot be answered.
 */
export async function answerSupervisor(
  call: IncomingCall,
  wanted: Wanted,
  platform: Platform,
  running: (call: RunningCall) => void,
  refuse: (status: number) => void,
): Promise<void> {
  const me = (await agentsAtDesk(platform.db)).find(({ id }) => id === wanted.agentId);
  // Who works here no more.
  if (!me) return refuse(403);
  // On the media server of the talk, which one alone can listen to.
  const beside = await legOfAgent(platform.db, wanted.extension);
  const leg = await pickUp(call, 'inside', platform, refuse, beside);
  if (!leg) return;
  const id = randomUUID();
  const stopping = new AbortController();
  running({
    ...{ id, leg, record: unwritten(id) },
    done: supervise(id, wanted, me.languages, leg, platform, stopping.signal),
    stop: () => stopping.abort(new Stopped()),
  });
}

/**
 * A supervisor's leg from when it is up until it is over. `first`: who hears them from the beginning on. Never rejects. `stopping`: the platform stops.
 */
export async function supervise(
  id: string,
  { agentId, extension }: Wanted,
  languages: readonly Language[],
  leg: Leg,
  platform: Platform,
  stopping: AbortSignal,
  first?: ListeningMode,
): Promise<void> {
  const { clock, db, log, media, terms } = platform;
  const [language = 'en'] = languages;
  const parts = { ...platform, leg, record: unwritten(id), language, voiceFolder: '' };
  const line = new SpokenLine({ ...parts, signal: stopping });
  const signal = AbortSignal.any([leg.ended, stopping]);
  let talk: Listening | undefined;
  let how = 'left';
  try {
    await unlessAborted(leg.endpoint.tellKeys(listenKeys), signal);
    const wants = { id, supervisorId: agentId, extension, node: terms.node, leg: legReference(leg) };
    const found = await begin(wants, platform);
    if (typeof found === 'string') await line.say(prompt(`supervise.${found}`));
    else {
      talk = found;
      log.info({ call: id, entry: talk.entryId, supervisor: agentId }, 'a supervisor listens to a talk');
      if (await unlessAborted(media.has(talk.endpointUuid, leg.endpoint.id), signal))
        await listen(talk, { id, leg, line, platform, signal }, first);
      else {
        how = 'elsewhere';
        await line.say(prompt('supervise.not-now'));
      }
    }
  } catch (error) {
    how = endOf(error);
    if (how === 'fault') {
      log.error({ call: id, err: error }, 'a supervisor who listens met a fault');
      if (talk === undefined) await line.say(prompt('supervise.not-now')).catch(() => undefined);
    }
  }
  await leg.end(how === 'shutdown' ? 41 : 16);
  if (!talk) return;
  log.info({ call: id, entry: talk.entryId, supervisor: agentId, how }, 'a supervisor listens no more');
  try {
    await endListening(db, id, how, clock.now());
    await endDeskLeg(db, id, clock.now());
  } catch (error) {
    // Whoever starts next under this name writes it.
    log.warn({ call: id, err: error }, 'that a supervisor listens no more is not written down');
  }
}

function endOf(error: unknown): string {
  if (error instanceof Stopped) return 'shutdown';
  if (!(error instanceof LegEnded)) return 'fault';
  const { by, cause } = error.ending;
  if (by === 'phone') return 'left';
  return by === 'media-server' && cause === 'NORMAL_CLEARING' ? 'talk-over' : by;
}

/** Without the database nobody listens. */
async function begin(wants: WantsToListen, { clock, db, log }: Platform): Promise<Listening | Why> {
  try {
    const found = await beginListening(db, wants, clock.now());
    return found === 'leg-unknown' ? 'not-now' : found;
  } catch (error) {
    if (!isUnavailable(error)) throw error;
    log.warn({ call: wants.id, err: error }, 'a supervisor can not listen: it can not be written down');
    return 'not-now';
  }
}
