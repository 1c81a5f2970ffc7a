import { talkOver } from '#accounts/desk/queue.ts';
import type { Leg } from '../leg/leg.ts';
import { unlessAborted } from '../unless-aborted.ts';
import { keepPlace } from './keep-place.ts';
import type { GivenCall } from './ring-agent.ts';

/**
 * Caller and agent talk until one hangs up; what the caller types meanwhile the agent does not hear. The agent's leg is over then, and
 * the wrap-up begins. Rejects with the signal's reason: the caller has gone, or the platform stops.
 */
export async function talkWithAgent(agent: Leg, call: GivenCall): Promise<void> {
  const { callId, entryId, leg, platform, signal } = call;
  const { clock, db, log } = platform;
  const begun = clock.elapsed();
  const over = new AbortController();
  try {
    await leg.endpoint.keepKeys();
    await leg.endpoint.bridge(agent.endpoint);
    log.info({ call: callId, entry: entryId }, 'an agent and a caller talk');
    void keepPlace(entryId, platform, AbortSignal.any([over.signal, signal, agent.ended]));
    await unlessAborted(ended(agent), signal);
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

const talkIsOver = 'the talk is over';

const ended = ({ ended: signal }: Leg): Promise<void> =>
  new Promise((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener('abort', () => resolve(), { once: true });
  });
