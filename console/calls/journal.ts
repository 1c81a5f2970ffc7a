import { shownNumber } from '../format/number.ts';
import type { Wording } from '../wording/wording.ts';

export interface CallEvent {
  readonly seq: number;
  readonly at: string;
  readonly kind: string;
  readonly data: Readonly<Record<string, unknown>>;
}

/** Kinds that say what happened to who tells the story; the others are details. */
const story = new Set(
  'begun saying key entry voice identified verdict progress failed answered accepted bridged block unblock recording recorded pin-locked closed'.split(
    ' ',
  ),
);

export const isStory = ({ kind }: CallEvent): boolean => story.has(kind);

const text = (value: unknown): string => (typeof value === 'string' || typeof value === 'number' ? String(value) : '');
const seconds = (value: unknown): string => Number(value).toFixed(1);
const number = (value: unknown): string => shownNumber(text(value));

/** One line of a call's journal as people would tell it. One whose kind is not known is shown as it was written. */
export function toldOf(words: Wording, { kind, data }: CallEvent): string {
  const { journal } = words;
  const who = data['leg'] === 'outside' ? journal.outside : journal.inside;
  switch (kind) {
    case 'begun':
      return journal.begun(
        [data['station'], data['facility']]
          .map(text)
          .filter((part) => part !== '')
          .join(', '),
      );
    case 'saying':
      return promptsOf(data['prompts'])
        .map((prompt) => journal.saying(who, prompt))
        .join('\n');
    case 'key':
      return journal.key(who, text(data['key']));
    case 'ignored-key':
      return journal.ignoredKey(who, text(data['key']));
    case 'entry':
      return journal.entry(who, text(data['digits']) || journal.nothing);
    case 'voice':
      return journal.voice(who, seconds(data['seconds']));
    case 'identified':
      return journal.identified(text(data['name']));
    case 'verdict':
      return journal.verdict(number(data['number']), text(data['verdict']));
    case 'progress':
      return journal.progress(text(data['status']), text(data['route']));
    case 'failed':
      return journal.failed(text(data['status']), text(data['route']));
    case 'answered':
    case 'accepted':
    case 'bridged':
    case 'recording':
      return journal[kind];
    case 'block':
      return journal.block(number(data['number']));
    case 'unblock':
      return journal.unblock(number(data['number']));
    case 'recorded':
      return journal.recorded(seconds(data['seconds']));
    case 'pin-locked':
      return journal.pinLocked;
    case 'state':
      return journal.state(words.call.states[text(data['state'])] ?? text(data['state']));
    case 'closed': {
      const disposition = text(data['disposition']);
      return journal.closed((words.dispositions as Readonly<Record<string, string>>)[disposition] ?? disposition);
    }
    default:
      return `${kind} ${JSON.stringify(data)}`;
  }
}

const promptsOf = (prompts: unknown): string[] =>
  Array.isArray(prompts)
    ? prompts.map((prompt) => {
        const { text: said, key } = Object(prompt) as { text?: unknown; key?: unknown };
        return text(said) || text(key);
      })
    : [];

/** Seconds into the call, of each line. */
export const secondsIn = (events: readonly CallEvent[], { at }: CallEvent): number =>
  (Date.parse(at) - Date.parse(events[0]?.at ?? at)) / 1000;
