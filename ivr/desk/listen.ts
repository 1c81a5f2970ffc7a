import { setListening, type Listening, type ListeningMode } from '#db/desk/listening.ts';
import { isUnavailable } from '#db/unavailable.ts';
import { prompt, type Prompt } from '#flows/prompt.ts';
import type { HeardBy } from '#media/endpoint.ts';
import type { Leg } from '../leg/leg.ts';
import type { SpokenLine } from '../leg/spoken-line.ts';
import type { Platform } from '../platform.ts';
import { unlessAborted } from '../unless-aborted.ts';

const modes: Readonly<Record<string, ListeningMode>> = { 1: 'listen', 2: 'whisper', 3: 'join' };
const leaveKey = '*';
/** What a supervisor presses while they listen. */
export const listenKeys: readonly string[] = [...Object.keys(modes), leaveKey];

const heardBy: Readonly<Record<ListeningMode, HeardBy>> = { listen: 'nobody', whisper: 'party', join: 'both' };

const press = (key: string): Prompt => prompt('menu.press', { key: { kind: 'key', key } });
const told = {
  listen: [prompt('supervise.listen')],
  whisper: [prompt('supervise.whisper')],
  join: [prompt('supervise.join')],
};
const atFirst = [...told.listen, prompt('supervise.to-agent'), press('2'), prompt('supervise.to-both'), press('3')];

export interface Supervisor {
  /** Of the listening. */
  readonly id: string;
  readonly leg: Leg;
  readonly line: SpokenLine;
  readonly platform: Platform;
  /** Aborted when the leg has ended, or the platform stops. */
  readonly signal: AbortSignal;
}

/**
 * A supervisor hears the agent's leg, and with it whatever the agent hears: of a caller who types a card apart, nothing. Each change is
 * written down before anybody hears the supervisor. `first`: who hears them once they have been told that they listen. Resolves when they leave by key; rejects with the signal's reason. When the talk is over
 * the media server says so and hangs up.
 */
export async function listen(
  { endpointUuid }: Listening,
  supervisor: Supervisor,
  first: ListeningMode = 'listen',
): Promise<void> {
  const { leg, line, signal } = supervisor;
  const over = await line.soundOf(prompt('supervise.over'));
  const order = async (mode: ListeningMode, say: readonly Prompt[]): Promise<void> => {
    const sounds = { told: await line.soundOf(...say), over };
    await unlessAborted(leg.endpoint.listenTo(endpointUuid, heardBy[mode], sounds), signal);
  };
  let mode: ListeningMode = 'listen';
  await order(mode, atFirst);
  for (let wanted: ListeningMode | undefined = first; ;) {
    if (wanted !== undefined && wanted !== mode) {
      const written = await unlessAborted(write(wanted, supervisor), signal);
      if (written === 'over') return;
      if (written === 'away' && wanted !== 'listen') await order(mode, [prompt('supervise.not-now')]);
      else {
        mode = wanted;
        await order(mode, told[mode]);
      }
    }
    const key = await leg.digits.next(forever, signal);
    if (key === leaveKey) return;
    wanted = modes[key ?? ''];
  }
}

const forever = 2 ** 31 - 1;

async function write(mode: ListeningMode, { id, platform }: Supervisor): Promise<'written' | 'over' | 'away'> {
  const { clock, db, log } = platform;
  try {
    return (await setListening(db, id, mode, clock.now())) ? 'written' : 'over';
  } catch (error) {
    if (!isUnavailable(error)) throw error;
    log.warn({ listening: id, mode, err: error }, 'who hears a supervisor can not be written down');
    return 'away';
  }
}
