import { randomUUID } from 'node:crypto';
import { agentsAtDesk, turnAgent } from '#db/desk/agents.ts';
import { closeLineCall, openLineCall } from '#db/line-calls.ts';
import { isUnavailable } from '#db/unavailable.ts';
import { prompt, type Prompt } from '#flows/prompt.ts';
import type { IncomingCall } from '#sip-proxy/drachtio.ts';
import type { RunningCall } from '../answering/answer.ts';
import { pickUp } from '../answering/pick-up.ts';
import { Stopped } from '../call/last-words.ts';
import { legReference } from '../call/leg-reference.ts';
import { unwritten } from '../family-line/unwritten.ts';
import { LegEnded } from '../leg/leg.ts';
import { SpokenLine } from '../leg/spoken-line.ts';
import type { Platform } from '../platform.ts';

/** An agent's phone says that they take calls from now on, or none: they hear that it is so. Rejects when it cannot be answered. */
export async function answerTurn(
  call: IncomingCall,
  { agentId, to }: { readonly agentId: string; readonly to: 'ready' | 'away' },
  platform: Platform,
  running: (call: RunningCall) => void,
  refuse: (status: number) => void,
): Promise<void> {
  const { clock, db, log, terms } = platform;
  const me = (await agentsAtDesk(db)).find(({ id }) => id === agentId);
  // Who works here no more.
  if (!me) return refuse(403);
  const leg = await pickUp(call, 'inside', platform, refuse);
  if (!leg) return;
  const id = randomUUID();
  const [language = 'en'] = me.languages;
  const stopping = new AbortController();
  const parts = { ...platform, leg, record: unwritten(id), language, voiceFolder: '' };
  const line = new SpokenLine({ ...parts, signal: stopping.signal });
  const turn = async (): Promise<void> => {
    let how = 'goodbye';
    try {
      // What would end the leg, should this process die.
      await openLineCall(db, { id, node: terms.node, ...legReference(leg), answeredAt: clock.now() });
      await line.say(await turned(agentId, to, platform));
    } catch (error) {
      how = error instanceof LegEnded ? error.ending.by : error instanceof Stopped ? 'shutdown' : 'fault';
      if (how === 'fault') {
        log.error({ call: id, agent: agentId, err: error }, 'an agent could not come or go');
        await line.say(prompt('supervise.not-now')).catch(() => undefined);
      }
    }
    await leg.end();
    await closeLineCall(db, id, { how, at: clock.now() }).catch((error: unknown) =>
      log.warn({ call: id, agent: agentId, err: error }, 'the end of a call of an agent is not written down'),
    );
  };
  running({ ...{ id, leg, record: unwritten(id) }, done: turn(), stop: () => stopping.abort(new Stopped()) });
}

async function turned(agentId: string, to: 'ready' | 'away', { clock, db, log }: Platform): Promise<Prompt> {
  try {
    const how = await turnAgent(db, agentId, to, clock.now());
    log.info({ agent: agentId, to, how }, 'an agent comes or goes');
    return prompt(how === 'done' ? `desk.${to}` : how === 'busy' ? 'desk.busy' : 'supervise.not-now');
  } catch (error) {
    if (!isUnavailable(error)) throw error;
    log.warn({ agent: agentId, to, err: error }, 'that an agent comes or goes can not be written down');
    return prompt('supervise.not-now');
  }
}
