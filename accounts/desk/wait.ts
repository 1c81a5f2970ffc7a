import type { AgentAtDesk } from '#db/desk/agents.ts';
import type { InLine } from './match.ts';

export interface Standing {
  /** 1: next. Counts those ahead who may be given an agent that this one could have. */
  readonly position: number;
  /** Until an agent is free; undefined when nobody at work speaks the language. */
  readonly waitSeconds: number | undefined;
}

export type AtWork = Pick<AgentAtDesk, 'id' | 'languages' | 'state' | 'since' | 'until'>;

/** A talk that lasts longer than usual is expected to last this much longer, seconds. */
const leastLeft = 30;

/**
 * Where somebody stands and how long it will be, if every talk takes `callSeconds` with its wrap-up: those ahead are given, in turn,
 * the agent of their language who is free first. `waiting` is in the order of the queue.
 */
export function standing(
  entryId: string,
  waiting: readonly InLine[],
  agents: readonly AtWork[],
  callSeconds: number,
  at: Date,
): Standing | undefined {
  const mine = waiting.findIndex(({ id }) => id === entryId);
  const me = waiting[mine];
  if (!me) return undefined;
  const atWork = agents
    .filter(({ state }) => state !== 'away')
    .map((agent) => ({ languages: agent.languages, freeIn: secondsUntilFree(agent, callSeconds, at) }));
  const helping = atWork.filter(({ languages }) => languages.includes(me.language));
  const ahead = waiting.slice(0, mine);
  const rivals = ahead.filter(({ language }) =>
    helping.length === 0 ? language === me.language : helping.some(({ languages }) => languages.includes(language)),
  );
  for (const { language } of ahead) {
    const first = soonest(atWork.filter(({ languages }) => languages.includes(language)));
    if (first) first.freeIn += callSeconds;
  }
  return { position: rivals.length + 1, waitSeconds: soonest(helping)?.freeIn };
}

const soonest = <T extends { readonly freeIn: number; readonly languages: readonly unknown[] }>(
  agents: readonly T[],
): T | undefined =>
  [...agents].sort((one, other) => one.freeIn - other.freeIn || one.languages.length - other.languages.length)[0];

function secondsUntilFree({ state, since, until }: AtWork, callSeconds: number, at: Date): number {
  const forSeconds = (at.getTime() - since.getTime()) / 1000;
  switch (state) {
    case 'ringing':
      return callSeconds;
    case 'talking':
      return Math.max(leastLeft, callSeconds - forSeconds);
    case 'wrap-up':
      return Math.max(0, ((until ?? at).getTime() - at.getTime()) / 1000);
    case 'ready':
    case 'away':
      return 0;
  }
}

/** As long as nobody has talked yet. */
const firstGuessSeconds = 300;

/** What a call takes of an agent: the mean of the last talks, and the wrap-up. */
export const callSecondsOf = (lastTalks: readonly number[], wrapUpSeconds: number): number =>
  (lastTalks.length === 0 ? firstGuessSeconds : lastTalks.reduce((sum, one) => sum + one, 0) / lastTalks.length) +
  wrapUpSeconds;
