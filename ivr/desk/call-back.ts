import { notReached } from '#accounts/desk/queue.ts';
import { beginTalk, findEntry, missOffer, putBack, type Entry } from '#db/desk/entries.ts';
import { findRegistration } from '#db/registrations.ts';
import { calledBack } from '#flows/family-line/call-back.ts';
import { prompt } from '#flows/prompt.ts';
import { lastWords, Stopped } from '../call/last-words.ts';
import type { FamilyLineHouse } from '../family-line/house.ts';
import { unwritten } from '../family-line/unwritten.ts';
import { LegEnded, type Leg } from '../leg/leg.ts';
import { SpokenLine } from '../leg/spoken-line.ts';
import type { Platform } from '../platform.ts';
import { unlessAborted } from '../unless-aborted.ts';
import { codesByKey } from './code-by-key.ts';
import { keepPlace } from './keep-place.ts';
import { PlaceInQueue, type QueuedCall } from './place-in-queue.ts';
import { phoneAt, reachAgent, type GivenCall } from './ring-agent.ts';
import { talkWithAgent } from './talk-with-agent.ts';
import { ringWritten } from './written-leg.ts';

/** How long a family's phone rings, seconds: about five times. */
const familyRingSeconds = 30;
/** How often it is looked whether they still wait, seconds. */
const lookSeconds = 30;

type Wanted = Entry & { readonly agentId: string; readonly callBackNumber: string };
type CallBack = Omit<GivenCall, 'leg'> & { readonly entry: Wanted; readonly house: Pick<FamilyLineHouse, 'number'> };

/**
 * Calls somebody back whose turn has come: the agent first, so that nobody who answers waits for one (47 CFR 64.1200(a)(7)); then the family,
 * who hears who it is and presses 1. Whatever happens before they talk, the place stays: the agent is away, the family is tried again, the
 * platform stops, or this process dies and another takes it up. Rejects with faults.
 */
export async function callBack(
  entryId: string,
  house: Pick<FamilyLineHouse, 'number' | 'holdMusic'>,
  platform: Platform,
  signal: AbortSignal,
): Promise<void> {
  const { db, clock } = platform;
  const entry = await findEntry(db, entryId);
  if (entry?.state !== 'ringing' || !isWanted(entry)) return;
  const { callId, language, callBackNumber: callingNumber } = entry;
  const { holdMusic } = house;
  const call = { callId, callingNumber, platform, holdMusic, signal, entryId, language, entry, house };
  const over = new AbortController();
  void keepPlace(entryId, platform, over.signal);
  try {
    const told = [prompt('desk.call-back', { phone: { kind: 'phone', number: entry.callBackNumber } })];
    const agent = await reachAgent(entry.agentId, call, told);
    if (agent) await connect(agent, call);
  } catch (error) {
    await putBack(db, entryId, clock.now());
    if (!(error instanceof Stopped)) throw error;
  } finally {
    over.abort(itIsOver);
  }
}

const itIsOver = 'the call-back is over';

const isWanted = (entry: Entry): entry is Wanted => entry.agentId !== undefined && entry.callBackNumber !== undefined;

/** An agent is on the line: rings the family, and lets them talk. */
async function connect(agent: Leg, call: CallBack): Promise<void> {
  const { entryId, entry, house, platform, signal } = call;
  const { db, clock, log } = platform;
  const ringing = agent.endpoint.ring();
  try {
    const family = await reachFamily(call, agent.endpoint.id, AbortSignal.any([signal, agent.ended]));
    if (!family) {
      log.info({ call: call.callId, entry: entryId, tries: entry.tries + 1 }, 'nobody was reached by a call-back');
      await notReached(db, { entryId, tries: entry.tries + 1, line: house.number }, clock.now());
      ringing.stop();
      return await tell(agent, call, 'desk.not-reached');
    }
    try {
      ringing.stop();
      // Another process has it now.
      if (!(await beginTalk(db, entryId, clock.now()))) return await tell(family, call, 'line.goodbye');
      codesByKey(agent, { entryId, agentId: entry.agentId }, platform);
      await talk(agent, family, call);
    } finally {
      void family.end();
    }
  } catch (error) {
    if (!agent.ended.aborted || signal.aborted) throw error;
    // The agent hung up while it rang: away, as who does not take a call.
    await missOffer(db, entryId, 'hung up', clock.now());
  } finally {
    ringing.stop();
    void agent.end();
  }
}

/** Until one hangs up, or the platform stops; who is left hears a goodbye. */
async function talk(agent: Leg, family: Leg, call: CallBack): Promise<void> {
  const { language, platform, signal } = call;
  try {
    const end = await talkWithAgent(agent, { ...call, leg: family, signal: AbortSignal.any([signal, family.ended]) });
    if (end !== 'over') await waitAnew(end.passedOn, { ...call, leg: family });
    await tell(family, call, 'line.goodbye');
  } catch (error) {
    if (error instanceof LegEnded) return;
    if (error instanceof Stopped)
      await lastWords([{ leg: family, language }], { platform, record: unwritten(call.callId) });
    throw error;
  }
}

/** Who was passed on waits on the line, as who has called. */
async function waitAnew(entryId: string, call: CallBack & QueuedCall): Promise<void> {
  const place = new PlaceInQueue(entryId, call.language, call);
  while ((await place.hold(lookSeconds)) !== 'talked');
}

/** The family's leg, once they have pressed 1; undefined: not reached. Rejects with the signal's reason. */
async function reachFamily(call: CallBack, beside: string, signal: AbortSignal): Promise<Leg | undefined> {
  const { entryId, entry, house, platform } = call;
  const { db, clock, terms } = platform;
  const registered = await findRegistration(db, entry.callBackNumber, clock.now());
  const rung = await ringWritten(
    {
      phone: registered && phoneAt(registered),
      trunks: terms.trunks,
      number: entry.callBackNumber,
      callingNumber: house.number,
      ringSeconds: familyRingSeconds,
      beside,
      signal,
    },
    { entryId, side: 'family' },
    call,
  );
  if (rung.kind === 'ended') return undefined;
  const family = rung.leg;
  try {
    if (await unlessAborted(calledBack(lineOf(family, call, signal)), signal)) return family;
    void family.end();
    return undefined;
  } catch (error) {
    void family.end();
    if (family.ended.aborted && !signal.aborted) return undefined;
    throw error;
  }
}

const lineOf = (leg: Leg, { callId, language, platform }: CallBack, signal?: AbortSignal): SpokenLine =>
  new SpokenLine({
    ...{ ...platform, leg, record: unwritten(callId), language, voiceFolder: '' },
    ...(signal && { signal }),
  });

/** Says one thing to who may be gone. */
const tell = (leg: Leg, call: CallBack, key: 'desk.not-reached' | 'line.goodbye'): Promise<void> =>
  lineOf(leg, call, call.signal)
    .say(prompt(key))
    .catch(() => undefined);
