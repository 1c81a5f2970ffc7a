import type { Database } from '#db/connect.ts';
import { agentsAtDesk } from '#db/desk/agents.ts';
import { endOfNode, endTalk, missCallBack, openEntries } from '#db/desk/entries.ts';
import { passOn, type PassingOn } from '#db/desk/in-talk.ts';
import { endListeningOfNode } from '#db/desk/listening.ts';
import { putBackMessagesOf } from '#db/desk/messages.ts';
import { giveTurns, lastTalks } from '#db/desk/turns.ts';
import type { Language } from '#db/people.ts';
import { notifyWith } from '../notices/notice.ts';
import { mayBeServed } from './call-back.ts';
import { openingAt } from './hours.ts';
import { match } from './match.ts';
import { deskTermsAt } from './terms.ts';
import { callSecondsOf, standing, type Standing } from './wait.ts';
import { deskWords } from './words.ts';

/** Seconds that an agent's phone rings before they are taken to be away. */
export const ringSeconds = 20;
/** Seconds without a word of its process after which an entry is missed, and as many again after which it is lost. */
export const missedSeconds = 30;
/** Talks of which the mean is taken for an estimate. */
const lastCount = 20;

const plus = (at: Date, seconds: number): Date => new Date(at.getTime() + seconds * 1000);

/** Until when an agent has to write down what a talk was about that ended at `at`. */
const wrapUpUntil = async (db: Database, at: Date): Promise<Date> =>
  plus(at, (await deskTermsAt(db, at)).wrapUpSeconds);

/** Gives whoever is next to whoever is free. Any process may do so, as often as it likes. */
export async function serveQueue(db: Database, at: Date) {
  const { wrapUpSeconds, callBack } = await deskTermsAt(db, at);
  const open = (await openingAt(db, at)).kind === 'open';
  const missing = {
    seenBefore: plus(at, -missedSeconds),
    missedBefore: plus(at, -missedSeconds),
    wrapUpUntil: plus(at, wrapUpSeconds),
  };
  return giveTurns(db, at, missing, (waiting, ready) =>
    match(
      waiting.filter((entry) => mayBeServed(entry, at, { open, callBack })),
      ready,
    ),
  );
}

/** Whether anybody at work speaks this language. */
export async function isSpoken(db: Database, language: Language): Promise<boolean> {
  return (await agentsAtDesk(db)).some(({ state, languages }) => state !== 'away' && languages.includes(language));
}

/** Where an entry stands; undefined when it does not wait any more. */
export async function standingOf(db: Database, entryId: string, at: Date): Promise<Standing | undefined> {
  const waiting = (await openEntries(db)).filter(({ state }) => state === 'waiting');
  const { wrapUpSeconds } = await deskTermsAt(db, at);
  const callSeconds = callSecondsOf(await lastTalks(db, lastCount), wrapUpSeconds);
  return standing(entryId, waiting, await agentsAtDesk(db), callSeconds, at);
}

export const talkOver = async (db: Database, entryId: string, at: Date): Promise<void> =>
  endTalk(db, entryId, at, await wrapUpUntil(db, at));

/** An agent's talk is over, and its caller is rung for another or waits; see passOn(). */
export const passTalkOn = async (db: Database, passing: PassingOn, at: Date): Promise<boolean> =>
  passOn(db, passing, at, await wrapUpUntil(db, at));

/**
 * Nobody was reached by a call-back for the `tries`th time: tried again after a while, and after the last time told by a text, which is an
 * answer to what was asked for and none of the month's five. `line`: the 866 line, E.164.
 */
export async function notReached(
  db: Database,
  { entryId, tries, line }: { readonly entryId: string; readonly tries: number; readonly line: string },
  at: Date,
): Promise<void> {
  const { callBack } = await deskTermsAt(db, at);
  const again = tries < callBack.tries ? plus(at, callBack.againSeconds) : undefined;
  await missCallBack(db, entryId, at, again, async (trx, { callBackNumber: mobile, language }) => {
    if (mobile === undefined) return;
    const news = { kind: 'not-reached', line } as const;
    await notifyWith(deskWords, () => at)(trx, { key: `desk:${entryId}`, language, to: { mobile }, news });
  });
}

/** At the start of a process: what its namesake had when it died. Messages that an agent was hearing wait for others. */
export async function forgetNode(db: Database, node: string, at: Date): Promise<number> {
  await endListeningOfNode(db, node, at);
  await putBackMessagesOf(db, node);
  return endOfNode(db, node, at, await wrapUpUntil(db, at));
}
