import { ringSeconds } from '#accounts/desk/queue.ts';
import { findAgentPhone } from '#db/desk/agents.ts';
import { beginTalk, missOffer } from '#db/desk/entries.ts';
import { passedOnBy } from '#db/desk/in-talk.ts';
import type { Language } from '#flows/language.ts';
import { prompt, type Prompt } from '#flows/prompt.ts';
import type { Registration } from '#db/registrations.ts';
import { reach } from '#sip-proxy/registrar/reach.ts';
import type { Phone } from '../call/place.ts';
import { unwritten } from '../family-line/unwritten.ts';
import type { Leg } from '../leg/leg.ts';
import { SpokenLine } from '../leg/spoken-line.ts';
import { unlessAborted } from '../unless-aborted.ts';
import { codesByKey } from './code-by-key.ts';
import type { QueuedCall } from './place-in-queue.ts';
import { ringWritten } from './written-leg.ts';

/** A call whose turn has come. */
export interface GivenCall extends QueuedCall {
  readonly entryId: string;
  readonly language: Language;
}

const takeKey = '1';
/** How long an agent may think about it once they have heard who calls. */
const takeSeconds = 8;

/**
 * Rings an agent's phone, says who calls, in which language and who passes them on, and waits for a 1: an answering machine takes no call. That in their
 * page shows all this, and nobody but the agent answers it: it asks for no key. Undefined: not taken; the agent is away then and the call in its place.
 * Rejects with the signal's reason.
 */
export async function ringAgent(agentId: string, call: GivenCall): Promise<Leg | undefined> {
  const { entryId, platform } = call;
  const told = [...whoCalls(call), ...(await whoPassesOn(call))];
  const agent = await reachAgent(agentId, call, told, call.leg.endpoint.id);
  if (!agent) return undefined;
  try {
    if (await beginTalk(platform.db, entryId, platform.clock.now())) {
      codesByKey(agent, { entryId, agentId }, platform);
      return agent;
    }
    void agent.end();
    return undefined;
  } catch (error) {
    void agent.end();
    throw error;
  }
}

/** The same, of an agent who is told this; the talk has not begun yet when they take it. */
export async function reachAgent(
  agentId: string,
  call: Omit<GivenCall, 'leg'>,
  told: readonly Prompt[],
  beside?: string,
): Promise<Leg | undefined> {
  const { callId, entryId, callingNumber, platform, signal } = call;
  const { db, clock, log, terms } = platform;
  const missed = async (why: string): Promise<undefined> => {
    log.info({ call: callId, agent: agentId, why }, 'an agent did not take a call');
    await missOffer(db, entryId, why, clock.now());
  };
  const phone = await findAgentPhone(db, agentId, clock.now());
  if (!phone) return missed('not registered');
  const rung = await ringWritten(
    {
      phone: phoneAt(phone),
      trunks: [],
      number: agentId,
      callingNumber: callingNumber ?? terms.callingNumber,
      ringSeconds,
      beside,
      signal,
    },
    { entryId, side: 'agent' },
    call,
  );
  if (rung.kind === 'ended') return missed(rung.end.local ?? `status ${rung.end.status}`);
  const agent = rung.leg;
  try {
    if (phone.inPage || (await unlessAborted(takes(agent, call, told), signal))) return agent;
    void agent.end();
    return await missed('not accepted');
  } catch (error) {
    void agent.end();
    throw error;
  }
}

/** Where a registered phone is rung. */
export const phoneAt = ({ contact, source }: Registration): Phone => reach(contact, source);

const whoCalls = ({ callingNumber }: GivenCall): Prompt[] => [
  callingNumber === undefined
    ? prompt('desk.call-withheld')
    : prompt('desk.call-from', { phone: { kind: 'phone', number: callingNumber } }),
];

/** A database that is away keeps nobody from being rung. */
async function whoPassesOn({ callId, entryId, platform: { db, log } }: GivenCall): Promise<Prompt[]> {
  const extension = await passedOnBy(db, entryId).catch((error: unknown) => {
    log.warn({ call: callId, err: error }, 'who passes a caller on can not be looked up');
    return undefined;
  });
  return extension === undefined
    ? []
    : [prompt('desk.passed-on-by', { extension: { kind: 'reference', digits: extension } })];
}

async function takes(
  agent: Leg,
  { callId, language, platform, signal }: Omit<GivenCall, 'leg'>,
  told: readonly Prompt[],
): Promise<boolean> {
  const parts = { ...platform, leg: agent, record: unwritten(callId), language, voiceFolder: '' };
  const line = new SpokenLine({ ...parts, signal });
  const press = prompt('menu.press', { key: { kind: 'key', key: takeKey } });
  try {
    const say = [...told, prompt('desk.language'), prompt('desk.take'), press];
    return (await line.ask({ say, keys: [takeKey], waitSeconds: takeSeconds })).kind === 'key';
  } catch (error) {
    // The agent hung up instead.
    if (agent.ended.aborted && !signal.aborted) return false;
    throw error;
  }
}
