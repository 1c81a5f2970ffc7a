import { talkOver } from '#accounts/desk/queue.ts';
import { prompt } from '#flows/prompt.ts';
import { unwritten } from '../family-line/unwritten.ts';
import type { Leg } from '../leg/leg.ts';
import { SpokenLine } from '../leg/spoken-line.ts';
import { attend } from './attend.ts';
import { keepPlace } from './keep-place.ts';
import { tellPassedOn } from './pass-on.ts';
import type { GivenCall } from './ring-agent.ts';

/** How a talk ended: one has hung up, or the agent has passed the caller on, who has this place in the queue now. */
export type TalkEnd = 'over' | { readonly passedOn: string };

/**
 * Caller and agent hear that somebody may listen, and talk until one hangs up, or the agent passes the caller on; what either types meanwhile the other
 * does not hear, and the agent may hold the caller or take a payment. The agent's leg is over then, and the wrap-up begins. Rejects with the signal's
 * reason: the caller has gone, or the platform stops; but not once the caller has another place.
 */
export async function talkWithAgent(agent: Leg, call: GivenCall): Promise<TalkEnd> {
  const { callId, entryId, leg, platform, signal } = call;
  const { clock, db, log } = platform;
  const begun = clock.elapsed();
  const over = new AbortController();
  try {
    await leg.endpoint.keepKeys();
    await agent.endpoint.keepKeys();
    await announce([leg, agent], call);
    await leg.endpoint.bridge(agent.endpoint);
    log.info({ call: callId, entry: entryId }, 'an agent and a caller talk');
    const goesOn = AbortSignal.any([over.signal, signal, agent.ended]);
    void keepPlace(entryId, platform, goesOn);
    const passedOn = await attend(agent, call, goesOn);
    await tellPassedOn(agent, call);
    return { passedOn };
  } catch (error) {
    if (signal.aborted) throw signal.reason;
    // Whatever fails because the agent has hung up is the end of the talk, no fault.
    if (!agent.ended.aborted) throw error;
    return 'over';
  } finally {
    over.abort(talkIsOver);
    void agent.end();
    // A database that is away finds out by itself: nobody says any more that the talk goes on.
    await talkOver(db, entryId, clock.now()).catch((error: unknown) =>
      log.warn({ call: callId, err: error }, 'the end of a talk could not be written down'),
    );
    log.info(
      { call: callId, entry: entryId, seconds: (clock.elapsed() - begun) / 1000 },
      'a talk with an agent is over',
    );
  }
}

/** Penal Code 632: both hear to its end that somebody may listen, before they hear each other. */
async function announce(legs: readonly Leg[], { callId, language, platform, signal }: GivenCall): Promise<void> {
  const parts = { ...platform, record: unwritten(callId), language, voiceFolder: '', signal };
  await Promise.all(legs.map((leg) => new SpokenLine({ ...parts, leg }).say(prompt('agent.monitored'))));
}

const talkIsOver = 'the talk is over';
