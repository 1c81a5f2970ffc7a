import type { Answered } from '../menu/ask-again.ts';
import { choose } from '../menu/menu.ts';
import type { Prompt, PromptKey } from '../prompt.ts';
import { prompt } from '../prompt.ts';
import { findFacility } from './find/find-facility.ts';
import { confirm, pick, tell } from './pick.ts';
import type { Facility, Scope } from './ports.ts';
import type { Next, Visit } from './visit.ts';
import { leaving } from './visit.ts';

/** Blocks on the calling number (guide rows 16-19): anybody may place one, as only their own telephone falls silent by it. */
export async function blockCalls(visit: Visit): Promise<Next> {
  const { line, ports } = visit;
  const number = ports.callingNumber;
  if (number === undefined) {
    await line.say(prompt('block.withheld'));
    return 'agent';
  }
  const chosen = await choose(line, {
    choices: [
      { say: prompt('block.one'), value: blockOne },
      { say: prompt('block.all'), value: blockAll },
      { say: prompt('block.hear'), value: hearBlocks },
      { say: prompt('block.lift'), value: unblock },
    ],
  });
  return chosen.kind === 'answer' ? chosen.value(visit, number) : leaving(chosen);
}

async function blockOne(visit: Visit, number: string): Promise<Next> {
  const facility = await chooseFacility(visit, number);
  return facility.kind === 'answer' ? place(visit, number, facility.value) : leaving(facility);
}

const blockAll = (visit: Visit, number: string): Promise<Next> => place(visit, number, 'all');

async function place(visit: Visit, number: string, scope: Scope): Promise<Next> {
  const { line, ports } = visit;
  const sure = await confirm(line, about(scope, 'block.check', 'block.check-all'), prompt('block.how-to-lift'));
  if (sure.kind !== 'answer') return leaving(sure);
  if (!sure.value) return 'menu';
  await ports.blocks.place(number, scope);
  return tell(visit, about(scope, 'block.placed', 'block.placed-all'));
}

/** Among those that called lately, else any. */
async function chooseFacility({ line, ports }: Visit, number: string): Promise<Answered<Facility>> {
  const callers = await ports.blocks.callers(number);
  if (callers.length === 0) return findFacility(line, ports.facilities);
  const other = { say: prompt('block.other-facility'), value: 'other' } as const;
  const choices = callers.map((facility) => ({
    say: about(facility, 'block.facility', 'block.all-facilities'),
    value: facility,
  }));
  const chosen = await pick<Facility | 'other'>(line, [], [...choices, other]);
  if (chosen.kind !== 'answer') return chosen;
  return chosen.value === 'other' ? findFacility(line, ports.facilities) : { kind: 'answer', value: chosen.value };
}

/** At most four at a time, so that nobody listens for longer than half a minute. */
const atATime = 4;

async function hearBlocks(visit: Visit, number: string): Promise<Next> {
  const blocks = await visit.ports.blocks.of(number);
  if (blocks.length === 0) return tell(visit, prompt('block.none'));
  for (let at = 0; ; at += atATime) {
    const told = blocks.slice(at, at + atATime).map((scope) => about(scope, 'block.is', 'block.is-all'));
    if (at + atATime >= blocks.length) return tell(visit, ...told);
    const more = await choose<boolean>(visit.line, {
      before: told,
      choices: [
        { say: prompt('menu.more'), value: true },
        { say: prompt('next.menu'), value: false },
      ],
    });
    if (more.kind !== 'answer') return leaving(more);
    if (!more.value) return 'menu';
  }
}

/** Only with account and passcode, else an agent (guide row 17): whoever forges a number must not open it to calls. */
async function unblock(visit: Visit, number: string): Promise<Next> {
  const { line, ports } = visit;
  const account = await visit.proven();
  if (account.kind !== 'answer') return leaving(account);
  const blocks = await ports.blocks.of(number);
  if (blocks.length === 0) return tell(visit, prompt('block.none'));
  const choices = blocks.map((scope) => ({
    say: about(scope, 'block.facility', 'block.all-facilities'),
    value: scope,
  }));
  const chosen = await pick(line, [prompt('block.which-to-lift')], choices);
  if (chosen.kind !== 'answer') return leaving(chosen);
  const sure = await confirm(line, about(chosen.value, 'block.check-lift', 'block.check-lift-all'));
  if (sure.kind !== 'answer') return leaving(sure);
  if (!sure.value) return 'menu';
  const lifted = await ports.blocks.lift(number, chosen.value, account.value);
  if (lifted === 'lifted') return tell(visit, about(chosen.value, 'block.lifted', 'block.lifted-all'));
  await line.say(prompt('block.agent-only'));
  return 'agent';
}

function about(scope: Scope, one: PromptKey, all: PromptKey): Prompt {
  return scope === 'all' ? prompt(all) : prompt(one, { facility: { kind: 'name', text: scope.name } });
}
