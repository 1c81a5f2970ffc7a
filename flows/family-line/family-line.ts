import type { Line } from '../line.ts';
import { choose } from '../menu/menu.ts';
import { prompt } from '../prompt.ts';
import { together } from '../together.ts';
import { speakToAgent } from './agent.ts';
import { automaticPayments } from './automatic.ts';
import { hearBalance } from './balance.ts';
import { blockCalls } from './block.ts';
import { pay } from './pay.ts';
import type { Ports } from './ports.ts';
import type { Next } from './visit.ts';
import { leaving, Visit } from './visit.ts';

/** Times at the main menu in one call: enough for anybody, and an end for a telephone left off the hook. */
const mostRounds = 15;

/** A family calls the 866 line (guide rows 16, 17, 25-27). Every way through it comes back to the menu, or ends with a goodbye. */
export async function familyLine(line: Line, ports: Ports): Promise<void> {
  // Who calls is found out while the question is told: nobody waits for it.
  const [, caller] = await together(chooseLanguage(line), ports.accounts.ofCaller());
  const visit = new Visit(line, ports, caller);
  let [before, after] = [[prompt('line.welcome')], [prompt('line.keys')]];
  for (let round = 0, next: Next = 'menu'; next === 'menu' && round < mostRounds; round++) {
    const chosen = await choose(line, {
      before,
      after,
      choices: [
        { say: prompt('main.pay'), value: pay },
        { say: prompt('main.balance'), value: hearBalance },
        { say: prompt('main.block'), value: blockCalls },
        { say: prompt('main.automatic'), value: automaticPayments },
      ],
    });
    [before, after] = [[], []];
    if (chosen.kind === 'back') await chooseLanguage(line);
    next = chosen.kind === 'answer' ? await chosen.value(visit) : leaving(chosen);
    if (next === 'agent') next = await speakToAgent(visit);
  }
  await line.say(prompt('line.goodbye'));
}

/** Silence is English, as it was told first; `*` at the main menu asks again. */
async function chooseLanguage(line: Line): Promise<void> {
  const answer = await line.ask({
    say: [prompt('language.choose', {}, 'en'), prompt('language.choose', {}, 'es')],
    keys: ['1', '2'],
    waitSeconds: 4,
  });
  if (answer.kind === 'key') line.language = answer.key === '1' ? 'en' : 'es';
}
