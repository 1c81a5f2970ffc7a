import { randomUUID } from 'node:crypto';
import { ringSeconds } from '#accounts/desk/queue.ts';
import { agentsAtDesk, findAgentPhone, type AgentAtDesk } from '#db/desk/agents.ts';
import { findEntry } from '#db/desk/entries.ts';
import { prompt } from '#flows/prompt.ts';
import { Stopped } from '../call/last-words.ts';
import { unwritten } from '../family-line/unwritten.ts';
import type { Leg } from '../leg/leg.ts';
import { SpokenLine } from '../leg/spoken-line.ts';
import { supervise } from './answer-supervisor.ts';
import { phoneAt, type GivenCall } from './ring-agent.ts';
import type { ListenOrder } from './talk-orders.ts';
import { ringWritten } from './written-leg.ts';

const takeKey = '1';
/** How long a supervisor has to say that they are there, seconds: an answering machine listens to nobody. */
const takeSeconds = 8;

/**
 * Rings the telephone of a supervisor who has ordered it from the console; once they have pressed 1 they listen as if they had dialled it themselves.
 * The talk does not wait for that. Never rejects.
 */
export async function ringSupervisor(
  { agentId, mode }: ListenOrder,
  agent: Leg,
  call: Omit<GivenCall, 'leg'>,
): Promise<void> {
  const { callId, entryId, platform, signal } = call;
  const { clock, db, log, terms } = platform;
  const about = { call: callId, entry: entryId, supervisor: agentId };
  try {
    const found = await whoAndWhom(agentId, call);
    const phone = found && (await findAgentPhone(db, agentId, clock.now()));
    if (!found || !phone) return log.info(about, 'a supervisor who wants to listen cannot be rung');
    const rung = await ringWritten(
      {
        ...{ phone: phoneAt(phone), trunks: [], number: agentId, callingNumber: terms.callingNumber, ringSeconds },
        ...{ beside: agent.endpoint.id, signal: AbortSignal.any([signal, agent.ended]) },
      },
      { entryId, side: 'supervisor' },
      call,
    );
    if (rung.kind === 'ended')
      return log.info({ ...about, ...rung.end }, 'a supervisor who wants to listen did not answer');
    // Nobody but the supervisor answers the telephone in their page.
    if (!phone.inPage && !(await isThere(rung.leg, found.supervisor, call))) return await rung.leg.end();
    const wanted = { agentId, extension: found.extension };
    await supervise(randomUUID(), wanted, found.supervisor.languages, rung.leg, platform, stoppingOf(signal), mode);
  } catch (error) {
    if (!signal.aborted && !agent.ended.aborted)
      log.error({ ...about, err: error }, 'a supervisor who is rung met a fault');
  }
}

/** The supervisor, and the extension of the agent who has the talk. */
async function whoAndWhom(
  supervisorId: string,
  { entryId, platform }: Pick<GivenCall, 'entryId' | 'platform'>,
): Promise<{ readonly supervisor: AgentAtDesk; readonly extension: string } | undefined> {
  const agents = await agentsAtDesk(platform.db);
  const talkOf = (await findEntry(platform.db, entryId))?.agentId;
  const supervisor = agents.find(({ id }) => id === supervisorId);
  const extension = agents.find(({ id }) => id === talkOf)?.extension;
  return supervisor && extension !== undefined ? { supervisor, extension } : undefined;
}

async function isThere(leg: Leg, { languages: [language = 'en'] }: AgentAtDesk, call: Omit<GivenCall, 'leg'>) {
  const { callId, platform, signal } = call;
  const parts = { ...platform, leg, record: unwritten(callId), language, voiceFolder: '', signal };
  const say = [prompt('desk.take'), prompt('menu.press', { key: { kind: 'key', key: takeKey } })];
  try {
    return (await new SpokenLine(parts).ask({ say, keys: [takeKey], waitSeconds: takeSeconds })).kind === 'key';
  } catch (error) {
    // They hung up instead.
    if (leg.ended.aborted && !signal.aborted) return false;
    void leg.end();
    throw error;
  }
}

/** When the talk is over the media server says so and hangs up: only that the platform stops ends the leg from here. */
function stoppingOf(signal: AbortSignal): AbortSignal {
  const stopping = new AbortController();
  const stop = () => signal.reason instanceof Stopped && stopping.abort(signal.reason);
  if (signal.aborted) stop();
  else signal.addEventListener('abort', stop, { once: true });
  return stopping.signal;
}
