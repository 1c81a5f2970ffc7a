import type { Database } from '#db/connect.ts';
import { agentsAtDesk } from '#db/desk/agents.ts';
import { endOfNode, endTalk, missCallBack, openEntries } from '#db/desk/entries.ts';
import { giveTurns, lastTalks } from '#db/desk/turns.ts';
import type { Language } from '#db/people.ts';
import { match } from './match.ts';
import { callSecondsOf, standing, type Standing } from './wait.ts';

/** Seconds that an agent's phone rings before they are taken to be away. */
export const ringSeconds = 20;
/** Seconds that an agent has after a talk. */
export const wrapUpSeconds = 30;
/** Seconds without a word of its process after which an entry is missed, and as many again after which it is lost. */
export const missedSeconds = 30;
/** Talks of which the mean is taken for an estimate. */
const lastCount = 20;
/** A call-back that nobody answers is tried once more, so many seconds later. */
const callBackTries = 2;
const againSeconds = 300;

const plus = (at: Date, seconds: number): Date => new Date(at.getTime() + seconds * 1000);

/** Gives whoever is next to whoever is free. Any process may do so, as often as it likes. */
export const serveQueue = (db: Database, at: Date) =>
  giveTurns(
    db,
    at,
    {
      seenBefore: plus(at, -missedSeconds),
      missedBefore: plus(at, -missedSeconds),
      wrapUpUntil: plus(at, wrapUpSeconds),
    },
    match,
  );

/** Whether anybody at work speaks this language. */
export async function isSpoken(db: Database, language: Language): Promise<boolean> {
  return (await agentsAtDesk(db)).some(({ state, languages }) => state !== 'away' && languages.includes(language));
}

/** Where an entry stands; undefined when it does not wait any more. */
export async function standingOf(db: Database, entryId: string, at: Date): Promise<Standing | undefined> {
  const waiting = (await openEntries(db)).filter(({ state }) => state === 'waiting');
  const callSeconds = callSecondsOf(await lastTalks(db, lastCount), wrapUpSeconds);
  return standing(entryId, waiting, await agentsAtDesk(db), callSeconds, at);
}

export const talkOver = (db: Database, entryId: string, at: Date): Promise<void> =>
  endTalk(db, entryId, at, plus(at, wrapUpSeconds));

/** Nobody answered a call-back for the `tries`th time. */
export const notReached = (db: Database, entryId: string, tries: number, at: Date): Promise<void> =>
  missCallBack(db, entryId, at, tries < callBackTries ? plus(at, againSeconds) : undefined);

/** At the start of a process: what its namesake had when it died. */
export const forgetNode = (db: Database, node: string, at: Date): Promise<number> =>
  endOfNode(db, node, at, plus(at, wrapUpSeconds));
