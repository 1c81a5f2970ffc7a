import type { Turn } from '#db/desk/turns.ts';
import type { Language } from '#db/people.ts';

export interface InLine {
  readonly id: string;
  readonly language: Language;
}

export interface Free {
  readonly id: string;
  readonly languages: readonly Language[];
  /** Since when they are free. */
  readonly since: Date;
}

/**
 * Who is given whom: the longest waiting first, each an agent who speaks their language. Among those the one with the fewest
 * languages, so that who speaks both is left for whom nobody else can help; then the one who has been free longest.
 * `waiting` is in the order of the queue.
 */
export function match(waiting: readonly InLine[], ready: readonly Free[]): Turn[] {
  const free = [...ready].sort(
    (one, other) =>
      one.languages.length - other.languages.length ||
      one.since.getTime() - other.since.getTime() ||
      (one.id < other.id ? -1 : 1),
  );
  return waiting.flatMap(({ id, language }) => {
    const at = free.findIndex(({ languages }) => languages.includes(language));
    const [agent] = at < 0 ? [] : free.splice(at, 1);
    return agent ? [{ entryId: id, agentId: agent.id }] : [];
  });
}
