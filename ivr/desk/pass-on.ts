import { randomUUID } from 'node:crypto';
import { passTalkOn } from '#accounts/desk/queue.ts';
import { isUnavailable } from '#db/unavailable.ts';
import { prompt } from '#flows/prompt.ts';
import { unwritten } from '../family-line/unwritten.ts';
import type { Leg } from '../leg/leg.ts';
import { SpokenLine } from '../leg/spoken-line.ts';
import type { GivenCall } from './ring-agent.ts';
import type { TalkOrder } from './talk-orders.ts';

/**
 * The talk is written down as passed on: its caller has another place in the queue from then on. Returns that place's id; undefined: nothing came of it,
 * and the talk goes on.
 */
export async function writePassedOn(
  { to, note }: Extract<TalkOrder, { kind: 'transfer' }>,
  { callId, entryId, platform }: GivenCall,
): Promise<string | undefined> {
  const { clock, db, log } = platform;
  const id = randomUUID();
  try {
    if (!(await passTalkOn(db, { entryId, id, to, note }, clock.now()))) return undefined;
    log.info({ call: callId, entry: entryId, passedOn: id, to }, 'an agent passes a caller on');
    return id;
  } catch (error) {
    if (!isUnavailable(error)) throw error;
    log.warn({ call: callId, entry: entryId, err: error }, 'a caller can not be passed on: it can not be written down');
    return undefined;
  }
}

/** The caller hears that they are put through, and the agent that the caller is. Never rejects: who has gone hears nothing. */
export async function tellPassedOn(agent: Leg, { callId, language, leg, platform, signal }: GivenCall): Promise<void> {
  const parts = { ...platform, record: unwritten(callId), language, voiceFolder: '', signal };
  const tell = (to: Leg, key: 'hold.put-through' | 'desk.passed-on') =>
    new SpokenLine({ ...parts, leg: to }).say(prompt(key));
  await Promise.allSettled([tell(leg, 'hold.put-through'), tell(agent, 'desk.passed-on')]);
}
