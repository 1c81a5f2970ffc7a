import { ringSeconds } from '#accounts/desk/queue.ts';
import { findAgentPhone } from '#db/desk/agents.ts';
import { beginTalk, missOffer } from '#db/desk/entries.ts';
import type { Language } from '#flows/language.ts';
import { prompt } from '#flows/prompt.ts';
import { place } from '../call/place.ts';
import { unwritten } from '../family-line/unwritten.ts';
import { Leg } from '../leg/leg.ts';
import { SpokenLine } from '../leg/spoken-line.ts';
import { unlessAborted } from '../unless-aborted.ts';
import type { QueuedCall } from './place-in-queue.ts';

/** A call whose turn has come. */
export interface GivenCall extends QueuedCall {
  readonly entryId: string;
  readonly language: Language;
}

const takeKey = '1';
/** How long an agent may think about it once they have heard who calls. */
const takeSeconds = 8;

/**
 * Rings an agent's phone, says who calls and in which language, and waits for a 1: an answering machine takes no call. Undefined: not taken; the
 * agent is away then and the call in its place. Rejects with the signal's reason.
 */
export async function ringAgent(agentId: string, call: GivenCall): Promise<Leg | undefined> {
  const { callId, entryId, callingNumber, platform, signal } = call;
  const { db, clock, log, terms } = platform;
  const missed = async (why: string): Promise<undefined> => {
    log.info({ call: callId, agent: agentId, why }, 'an agent did not take a call');
    await missOffer(db, entryId, why, clock.now());
  };
  const phone = await findAgentPhone(db, agentId, clock.now());
  if (!phone) return missed('not registered');
  const { address, port } = phone.source;
  const placed = await place(
    {
      phone: { uri: phone.contact, via: `sip:${address}:${port};transport=udp` },
      trunks: [],
      number: agentId,
      callingNumber: callingNumber ?? terms.callingNumber,
      ringSeconds,
      onPlanned: () => Promise.resolve(),
      onSent: () => undefined,
      signal,
    },
    { ...platform, record: unwritten(callId) },
  );
  if (placed.kind === 'ended') {
    signal.throwIfAborted();
    return missed(placed.end.local ?? `status ${placed.end.status}`);
  }
  const agent = new Leg('inside', placed.dialog, placed.endpoint, clock);
  try {
    if (!(await unlessAborted(takes(agent, call), signal))) {
      void agent.end();
      return await missed('not accepted');
    }
    if (await beginTalk(db, entryId, clock.now())) return agent;
    void agent.end();
    return undefined;
  } catch (error) {
    void agent.end();
    throw error;
  }
}

async function takes(agent: Leg, { callId, callingNumber, language, platform, signal }: GivenCall): Promise<boolean> {
  const parts = { ...platform, leg: agent, record: unwritten(callId), language, voiceFolder: '' };
  const line = new SpokenLine({ ...parts, signal });
  const who =
    callingNumber === undefined
      ? prompt('desk.call-withheld')
      : prompt('desk.call-from', { phone: { kind: 'phone', number: callingNumber } });
  const press = prompt('menu.press', { key: { kind: 'key', key: takeKey } });
  try {
    const say = [who, prompt('desk.language'), prompt('desk.take'), press];
    return (await line.ask({ say, keys: [takeKey], waitSeconds: takeSeconds })).kind === 'key';
  } catch (error) {
    // The agent hung up instead.
    if (agent.ended.aborted && !signal.aborted) return false;
    throw error;
  }
}
