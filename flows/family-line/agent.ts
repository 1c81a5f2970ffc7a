import { prompt, type Prompt } from '../prompt.ts';
import { callBackOffer, keepMyPlace } from './call-back.ts';
import { orMessage } from './message.ts';
import type { Opening, Place } from './ports.ts';
import type { Next, Visit } from './visit.ts';

/** Of music between two messages. */
const musicSeconds = 30;
/** Messages after which nobody waits any longer: two hours. */
const mostMessages = 200;
/** A longer wait is told as this long and more. */
const mostMinutes = 60;
/** To be called back is offered from this wait on, minutes, and again after so many messages; 1 asks for it at any time. */
const callBackMinutes = 1;
const offerEvery = 4;

/** An agent who speaks the caller's language, or when there will be one (guide row 25). */
export async function speakToAgent(visit: Visit): Promise<Exclude<Next, 'agent'>> {
  const { line, ports } = visit;
  const opening = await ports.agents.opening();
  if (opening.kind === 'closed') return menuOrEnd(await orMessage(visit, ...closed(opening)));
  const place = await ports.agents.queue(line.language);
  if (place === 'nobody' || place === 'full') return menuOrEnd(await orMessage(visit, prompt(`agent.${place}`)));
  await line.say(prompt('agent.connecting'));
  for (let message = 0; message < mostMessages; message++) {
    const now = await place.standing();
    const told = now ? standing(now) : [];
    if ((now?.minutes ?? 0) >= callBackMinutes && message % offerEvery === 0) told.push(...callBackOffer);
    if (told.length > 0) await line.say(...told);
    const held = await place.hold(musicSeconds);
    if (held === 'talked') return 'goodbye';
    if (held === 'call-back' && (await keepMyPlace(visit, place)) === 'kept') return 'goodbye';
  }
  await place.leave();
  return menuOrEnd(await orMessage(visit, prompt('agent.nobody')));
}

/** Who is next need not hear which number that is. */
function standing({ position, minutes }: NonNullable<Awaited<ReturnType<Place['standing']>>>): Prompt[] {
  const where =
    position === 1
      ? prompt('agent.next')
      : prompt('agent.position', { place: { kind: 'number', number: Math.min(position, 99) } });
  if (minutes === undefined) return [where];
  if (minutes < 1) return [where, prompt('agent.soon')];
  const about = { minutes: { kind: 'minutes', minutes: Math.min(minutes, mostMinutes) } } as const;
  return [where, prompt(minutes > mostMinutes ? 'agent.long-wait' : 'agent.wait', about)];
}

function closed({ holiday, hours }: Extract<Opening, { kind: 'closed' }>): Prompt[] {
  const first = prompt(holiday ? 'agent.holiday' : 'agent.closed');
  if (!hours) return [first];
  const { opens, closes } = hours;
  return [first, prompt('agent.hours', { opens: { kind: 'time', ...opens }, closes: { kind: 'time', ...closes } })];
}

/** Who asks for an agent again, when there is none, is back at the menu: there is no third way. */
const menuOrEnd = (next: Next): Exclude<Next, 'agent'> => (next === 'agent' ? 'menu' : next);
