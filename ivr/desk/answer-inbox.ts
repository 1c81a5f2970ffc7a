import { randomUUID } from 'node:crypto';
import { agentsAtDesk, turnAgent } from '#db/desk/agents.ts';
import { closeLineCall, openLineCall } from '#db/line-calls.ts';
import { hearMessages } from '#flows/family-line/inbox.ts';
import type { Language } from '#flows/language.ts';
import { prompt } from '#flows/prompt.ts';
import type { IncomingCall } from '#sip-proxy/drachtio.ts';
import type { RunningCall } from '../answering/answer.ts';
import { pickUp } from '../answering/pick-up.ts';
import { lastWords, Stopped } from '../call/last-words.ts';
import { legReference } from '../call/leg-reference.ts';
import type { FamilyLineHouse } from '../family-line/house.ts';
import { unwritten } from '../family-line/unwritten.ts';
import { LegEnded, type Leg } from '../leg/leg.ts';
import { SpokenLine } from '../leg/spoken-line.ts';
import type { Platform } from '../platform.ts';
import { InboxOfAgent } from './inbox-of-agent.ts';

/**
 * An agent hears the voice messages of families. Meanwhile they are away, so that nobody is given to them; who was free before is free again
 * then. Rejects when it cannot be answered.
 */
export async function answerInbox(
  call: IncomingCall,
  agentId: string,
  house: Pick<FamilyLineHouse, 'storage'>,
  platform: Platform,
  running: (call: RunningCall) => void,
  refuse: (status: number) => void,
): Promise<void> {
  const { clock, db } = platform;
  const me = (await agentsAtDesk(db)).find(({ id }) => id === agentId);
  // Who works here no more.
  if (!me) return refuse(403);
  // Somebody is given to them at this moment, or talks with them.
  if ((await turnAgent(db, agentId, 'away', clock.now())) !== 'done') return refuse(486);
  const wasFree = me.state === 'ready' || me.state === 'wrap-up';
  const back = async () => {
    if (wasFree) await turnAgent(db, agentId, 'ready', clock.now());
  };
  let leg: Leg | undefined;
  try {
    leg = await pickUp(call, 'outside', platform, refuse);
  } finally {
    if (!leg) await back();
  }
  if (!leg) return;
  const id = randomUUID();
  const stopping = new AbortController();
  running({
    ...{ id, leg, record: unwritten(id) },
    done: hear({ id, agentId, languages: me.languages, leg, stopping: stopping.signal, back }, house, platform),
    stop: () => stopping.abort(new Stopped()),
  });
}

interface Hearing {
  readonly id: string;
  readonly agentId: string;
  readonly languages: readonly Language[];
  readonly leg: Leg;
  readonly stopping: AbortSignal;
  /** Gives the agent back to the queue. */
  readonly back: () => Promise<void>;
}

/** Never rejects. */
async function hear(
  { id, agentId, languages, leg, stopping, back }: Hearing,
  house: Pick<FamilyLineHouse, 'storage'>,
  platform: Platform,
): Promise<void> {
  const { clock, db, log, terms } = platform;
  const record = unwritten(id);
  const language = languages.includes('en') ? 'en' : (languages[0] ?? 'en');
  const parts = { ...platform, leg, record, language, voiceFolder: '', passingVoices: true };
  const line = new SpokenLine({ ...parts, signal: stopping });
  // What would end the leg, should this process die.
  const written = openLineCall(db, { id, node: terms.node, ...legReference(leg), answeredAt: clock.now() });
  const known = written.catch((error: unknown) =>
    log.warn({ call: id, err: error }, 'a call of an agent is not written down'),
  );
  const inbox = new InboxOfAgent({ agentId, callId: id }, platform, house);
  let how = 'goodbye';
  try {
    await hearMessages(line, inbox);
  } catch (error) {
    how = error instanceof LegEnded ? error.ending.by : error instanceof Stopped ? 'shutdown' : 'fault';
    if (how === 'shutdown') await lastWords([{ leg, language: line.language }], { platform, record });
    if (how === 'fault') {
      log.error({ call: id, agent: agentId, err: error }, 'an agent who hears messages met a fault');
      await line.say(prompt('line.fault')).catch(() => undefined);
    }
  }
  await inbox.close();
  await leg.end();
  await known;
  const over = async () => {
    await back();
    await closeLineCall(db, id, { how, at: clock.now() });
  };
  await over().catch((error: unknown) =>
    log.warn({ call: id, agent: agentId, err: error }, 'the end of a call of an agent is not written down'),
  );
}
