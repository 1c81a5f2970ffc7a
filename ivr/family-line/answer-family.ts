import { randomUUID } from 'node:crypto';
import { closeLineCall, openLineCall } from '#db/line-calls.ts';
import { familyLine } from '#flows/family-line/family-line.ts';
import { prompt } from '#flows/prompt.ts';
import type { IncomingCall } from '#sip-proxy/drachtio.ts';
import type { RunningCall } from '../answering/answer.ts';
import { pickUp } from '../answering/pick-up.ts';
import { lastWords, Stopped } from '../call/last-words.ts';
import { legReference } from '../call/leg-reference.ts';
import { agentsOf } from '../desk/agents.ts';
import { MessageOfCall, messageFolder } from '../desk/leave-message.ts';
import { LegEnded, type Leg } from '../leg/leg.ts';
import { SpokenLine } from '../leg/spoken-line.ts';
import type { Platform } from '../platform.ts';
import type { FamilyLineHouse } from './house.ts';
import { portsOf } from './ports.ts';
import { unwritten } from './unwritten.ts';

/**
 * A family's call, from the answer to the goodbye. Its leg is recorded by nobody, as card digits come on it (rules.md, "Card data
 * on the phone"), but for a message that the caller speaks after a tone; and bridged to nobody but an agent, who hears none of its keys.
 * Rejects when it cannot be answered.
 */
export async function answerFamily(
  call: IncomingCall,
  callingNumber: string | undefined,
  house: FamilyLineHouse,
  platform: Platform,
  running: (call: RunningCall) => void,
  refuse: (status: number) => void,
): Promise<void> {
  const leg = await pickUp(call, 'outside', platform, refuse);
  if (!leg) return;
  const record = unwritten(randomUUID());
  const stopping = new AbortController();
  running({
    ...{ id: record.callId, leg, record },
    done: converse(call, callingNumber, leg, record, { house, platform, stopping: stopping.signal }),
    stop: () => stopping.abort(new Stopped()),
  });
}

async function converse(
  call: IncomingCall,
  callingNumber: string | undefined,
  leg: Leg,
  record: ReturnType<typeof unwritten>,
  { house, platform, stopping }: { house: FamilyLineHouse; platform: Platform; stopping: AbortSignal },
): Promise<void> {
  const { clock, db, log, terms } = platform;
  const id = record.callId;
  const begun = clock.elapsed();
  const written = openLineCall(db, { id, node: terms.node, ...legReference(leg), answeredAt: clock.now() });
  // Whoever calls is served all the same; only a crash would leave the leg open.
  const known = written.catch((error: unknown) =>
    log.warn({ call: id, err: error }, 'a call to the 866 line is not written down'),
  );
  log.info({ call: id, sipCallId: call.callId }, 'a family calls the 866 line');
  const parts = { ...platform, leg, record, voiceFolder: messageFolder(terms) };
  const line = new SpokenLine({ ...parts, language: 'en', signal: stopping });
  const queue = { callId: id, callingNumber, leg, platform, holdMusic: house.holdMusic, signal: stopping };
  const messages = new MessageOfCall(queue, line);
  const ports = portsOf(db, house, { id, callingNumber, log, agents: agentsOf(queue), messages });
  let how = 'goodbye';
  try {
    await familyLine(line, ports);
  } catch (error) {
    how = error instanceof LegEnded ? error.ending.by : error instanceof Stopped ? 'shutdown' : 'fault';
    if (how === 'shutdown') await lastWords([{ leg, language: line.language }], { platform, record });
    if (how === 'fault') {
      log.error({ call: id, err: error }, 'a call to the 866 line met a fault');
      await line.say(prompt('line.fault')).catch(() => undefined);
    }
  }
  await leg.end();
  await messages.settle();
  await ports.payments.tellUntold();
  await known;
  await closeLineCall(db, id, { how, at: clock.now() }).catch((error: unknown) =>
    log.warn({ call: id, err: error }, 'the end of a call to the 866 line is not written down'),
  );
  log.info({ call: id, how, seconds: (clock.elapsed() - begun) / 1000 }, 'a call to the 866 line is over');
}
