import { prompt } from '../prompt.ts';
import { tell } from './pick.ts';
import type { Next, Visit } from './visit.ts';

/** An agent, or when there will be one (guide row 25). */
export async function speakToAgent(visit: Visit): Promise<Exclude<Next, 'agent'>> {
  const { agents } = visit.ports;
  if (await agents.open()) {
    await visit.line.say(prompt('agent.connecting'));
    if ((await agents.connect()) === 'talked') return 'goodbye';
    return menuOrEnd(await tell(visit, prompt('agent.nobody')));
  }
  const { opens, closes } = agents.hours;
  const hours = prompt('agent.hours', { opens: { kind: 'time', ...opens }, closes: { kind: 'time', ...closes } });
  return menuOrEnd(await tell(visit, prompt('agent.closed'), hours));
}

/** Who asks for an agent again, when there is none, is back at the menu: there is no third way. */
const menuOrEnd = (next: Next): Exclude<Next, 'agent'> => (next === 'agent' ? 'menu' : next);
