import type { Language } from '../language.ts';
import type { Line } from '../line.ts';
import { choose } from '../menu/menu.ts';
import type { Prompt } from '../prompt.ts';
import { prompt } from '../prompt.ts';
import type { CalendarDay } from '../spoken/value.ts';
import type { TimeOfDay } from './ports.ts';

/** A voice message that an agent hears. */
export interface InboxMessage {
  readonly id: string;
  readonly language: Language;
  /** When it was left, Pacific time. */
  readonly day: CalendarDay;
  readonly time: TimeOfDay;
  /** Where they are called back, E.164; undefined: nobody knows. */
  readonly number: string | undefined;
  /** Where its sound lies; undefined: it cannot be had now. */
  readonly path: string | undefined;
}

/** The messages that one agent may hear. One that is given to them is nobody else's until they are done with it, or leave it. */
export interface Inbox {
  readonly today: CalendarDay;
  /** The oldest that nobody hears; none that they have left in this call. */
  next(): Promise<InboxMessage | undefined>;
  /** False: it is not theirs any more, or is deleted. */
  done(message: InboxMessage): Promise<boolean>;
  leave(message: InboxMessage): Promise<void>;
}

/** In one call. */
const mostMessages = 200;
/** Times that one message is heard. */
const mostHearings = 20;

/** An agent hears what callers said, one message after the other, until there is none. Whoever stops answering leaves it for others. */
export async function hearMessages(line: Line, inbox: Inbox): Promise<void> {
  for (let heard = 0; heard < mostMessages; heard++) {
    const message = await inbox.next();
    if (!message) return line.say(prompt('inbox.none'));
    line.language = message.language;
    if (message.path === undefined) {
      await inbox.leave(message);
      await line.say(from(message, inbox.today), prompt('inbox.broken'));
      continue;
    }
    const chosen = await hear(line, inbox.today, message, message.path);
    if (chosen === 'done') {
      await line.say(prompt((await inbox.done(message)) ? 'inbox.is-done' : 'inbox.gone'));
      continue;
    }
    await inbox.leave(message);
    await line.say(prompt('inbox.is-left'));
    if (chosen === 'gone') return;
  }
}

/** 'gone': they went back, or nobody is there. */
async function hear(
  line: Line,
  today: CalendarDay,
  message: InboxMessage,
  path: string,
): Promise<'done' | 'leave' | 'gone'> {
  const voice = prompt('message.voice', { message: { kind: 'recorded', path, shown: '(a message)' } });
  for (let heard = 0; heard < mostHearings; heard++) {
    const chosen = await choose<'done' | 'again' | 'leave'>(line, {
      before: heard === 0 ? [from(message, today), voice] : [voice],
      // A key for the message before is no answer to this one.
      fresh: true,
      choices: [
        { say: prompt('inbox.done'), value: 'done' },
        { say: prompt('inbox.again'), value: 'again' },
        { say: prompt('inbox.leave'), value: 'leave' },
      ],
    });
    if (chosen.kind !== 'answer') return 'gone';
    if (chosen.value !== 'again') return chosen.value;
  }
  return 'leave';
}

function from({ day, time, number }: InboxMessage, today: CalendarDay): Prompt {
  const when = { date: { kind: 'date', date: day, today }, time: { kind: 'time', ...time } } as const;
  if (number === undefined) return prompt('inbox.withheld', when);
  return prompt('inbox.from', { ...when, phone: { kind: 'phone', number } });
}
