import type { Line, Voice } from '../line.ts';
import { choose } from '../menu/menu.ts';
import type { Prompt } from '../prompt.ts';
import { prompt } from '../prompt.ts';
import { numberFor } from './call-back.ts';
import { tell } from './pick.ts';
import type { Next, Visit } from './visit.ts';
import { leaving } from './visit.ts';

/** People think of what they want to say; a name ends sooner. */
const silenceSeconds = 5;
/** Times that nothing is heard, or that it is said anew; nobody needs more. */
const mostSayings = 5;
/** Times that one listens to what one has said. */
const mostHearings = 5;

/** No agent can be had, and why: a message instead, or on to something else. There is one message in a call. */
export async function orMessage(visit: Visit, ...why: Prompt[]): Promise<Next> {
  if (visit.hasLeftMessage) return tell(visit, ...why);
  const chosen = await choose<Next | 'message'>(visit.line, {
    before: why,
    choices: [
      { say: prompt('message.offer'), value: 'message' },
      { say: prompt('next.menu'), value: 'menu' },
      { say: prompt('next.end'), value: 'goodbye' },
    ],
  });
  if (chosen.kind !== 'answer') return leaving(chosen);
  return chosen.value === 'message' ? leaveMessage(visit) : chosen.value;
}

/**
 * They are told that it is recorded, and for how long it is kept, before the tone (Penal Code 632). Who has spoken has left a message, whatever
 * they press or do not press then, unless they delete it.
 */
async function leaveMessage(visit: Visit): Promise<Next> {
  const { line, ports } = visit;
  const { callingNumber, messages } = ports;
  const { mostSeconds, keepDays } = await messages.begin(line.language);
  await line.say(prompt('message.terms', { days: { kind: 'number', number: keepDays } }));
  const said = await sayIt(visit, mostSeconds);
  if (said === 'dropped' || said === 'none') {
    await messages.drop();
    return tell(visit, prompt(`message.${said}`));
  }
  const checkNumber = (text: string) => messages.checkNumber(text);
  const chosen = await numberFor(line, { checkNumber }, callingNumber);
  const own = callingNumber === undefined ? undefined : await checkNumber(callingNumber);
  const number = chosen.kind === 'answer' ? chosen.value : own?.kind === 'number' ? own.number : undefined;
  await messages.keep(said, number);
  visit.hasLeftMessage = true;
  return tell(visit, sent(number));
}

const sent = (number: string | undefined): Prompt =>
  number === undefined ? prompt('message.sent-alone') : prompt('message.sent', { phone: { kind: 'phone', number } });

/** Until it is as they want it; 'none': nothing was heard. */
async function sayIt({ line, ports: { messages } }: Visit, maxSeconds: number): Promise<Voice | 'dropped' | 'none'> {
  let said: Voice | undefined;
  let before: Prompt[] = [];
  for (let saying = 0; saying < mostSayings; saying++) {
    const say = [...before, prompt('message.speak')];
    const voice = await line.recordVoice({ say, minSeconds: 0, maxSeconds, silenceSeconds });
    if (!voice || !(await messages.isSpoken(voice))) {
      before = [prompt('message.too-short')];
      continue;
    }
    [said, before] = [voice, []];
    const wanted = await review(line, voice);
    if (wanted === 'drop') return 'dropped';
    if (wanted === 'send') return voice;
  }
  return said ?? 'none';
}

/** Who presses nothing, or goes away from the question, wants it sent: they have said it. */
async function review(line: Line, { path }: Voice): Promise<'send' | 'anew' | 'drop'> {
  const voice = { kind: 'recorded', path, shown: '(your message)' } as const;
  for (let heard = 0; heard <= mostHearings; heard++) {
    const chosen = await choose<'send' | 'hear' | 'anew' | 'drop'>(line, {
      fresh: true,
      choices: [
        { say: prompt('message.send'), value: 'send' },
        { say: prompt('message.hear'), value: 'hear' },
        { say: prompt('message.anew'), value: 'anew' },
        { say: prompt('message.drop'), value: 'drop' },
      ],
    });
    if (chosen.kind !== 'answer') return 'send';
    if (chosen.value !== 'hear') return chosen.value;
    await line.say(prompt('message.voice', { message: voice }));
  }
  return 'send';
}
