import type { Prompt } from '../prompt.ts';
import type { Place } from './chart.ts';
import { chartOf, drawnActs } from './chart.ts';
import { exploredInside, exploredOffer, insideWorlds, offerWorlds } from './call-home.ts';
import { exploredFamilyLine, worlds } from './family-line.ts';
import { playCall } from './play.ts';
import type { Step } from './step.ts';
import { silence } from './step.ts';

/** One picture, and one chapter of the script. */
export interface Chapter {
  /** The name of its file. */
  readonly name: string;
  readonly title: string;
  readonly places: readonly Place[];
}

/** Keys that choose the language, and then the main menu is told. */
const toMenu = ['1'];
const isAgents = (told: readonly Pick<Prompt, 'key'>[]): boolean => told.some(({ key }) => key.startsWith('agent.'));
const isGoodbye = (told: readonly Prompt[], next: Step | undefined): boolean =>
  !next && told.at(-1)?.key === 'line.goodbye';

/** A file for each choice that has a chapter of its own; a choice of the main menu that is not known here goes by its prompt. */
const names: Readonly<Record<string, readonly [name: string, title: string]>> = {
  'main.pay': ['pay', 'Adding money'],
  'main.balance': ['balance', 'Balance and last deposits'],
  'main.block': ['block', 'Blocking calls'],
  'main.automatic': ['automatic', 'Automatic payments, closing the account'],
  'message.offer': ['message', 'A message, when no agent can be had'],
};

/** Everything of the flows that is drawn and printed: the 866 line as a whole, each of its choices, both sides of a call home. */
export async function chapters(): Promise<readonly Chapter[]> {
  const families = Object.values(worlds).map((options) => exploredFamilyLine(options));
  const menu = await mainMenu();
  const ofMenu = (next: Step | undefined) => next?.question === menu.question;
  const nameOfChoice = (key: string) => names[key] ?? [key.replace('.', '-'), key];

  const overview = await chartOf(families, {
    start: [],
    single: menu.question,
    beyond: ({ key }) => key === 'line.goodbye',
    acts: (step) =>
      step.question === menu.question
        ? [...menu.asking.map((_, index) => String(index + 1)), '0', '*']
        : drawnActs(step).filter((act) => act !== silence),
    ends: (told, next) => {
      if (isGoodbye(told, next)) return 'goodbye';
      return next && !isOverview(next, menu) && !isAgents(told) ? 'chapter' : undefined;
    },
  });
  const chapter = (choice: Prompt, index: number): Promise<Chapter> => {
    const [name, title] = nameOfChoice(choice.key);
    const ends = (told: readonly Prompt[], next: Step | undefined) =>
      isAgents(told) ? 'agent' : ofMenu(next) ? 'menu' : isGoodbye(told, next) ? 'goodbye' : undefined;
    const acts = (step: Step, path: readonly string[]) =>
      path.length === toMenu.length ? [String(index + 1)] : drawnActs(step);
    const beyond = ({ key }: Prompt) => isAgents([{ key }]) || key === 'line.goodbye';
    return chartOf(families, { start: toMenu, acts, ends, single: menu.question, beyond }).then((places) => ({
      name,
      title,
      places,
    }));
  };
  const choices = await Promise.all(menu.asking.map(chapter));
  const whole = { start: [], acts: drawnActs, ends: () => undefined };
  return [
    { name: 'overview', title: 'The line that families call', places: withChapters(overview, nameOfChoice) },
    ...choices,
    await messageChapter(menu),
    {
      name: 'call-home',
      title: 'A person inside calls home',
      places: await chartOf(Object.values(insideWorlds).map(exploredInside), whole),
    },
    {
      name: 'offer',
      title: 'The call is offered',
      places: await chartOf(usualOffers.map(exploredOffer), whole),
    },
  ];
}

/** From where it is offered: agents are asked for, and cannot be had. */
async function messageChapter(menu: Step): Promise<Chapter> {
  const without = Object.values(worlds).filter(({ agents }) => agents !== undefined);
  const [name = '', title = ''] = names['message.offer'] ?? [];
  const start = [...toMenu, '0'];
  const places = await chartOf(
    without.map((options) => exploredFamilyLine(options)),
    {
      start,
      acts: (step, path) => (path.length === start.length ? ['1'] : drawnActs(step)),
      ends: (told, next) => {
        if (isGoodbye(told, next)) return 'goodbye';
        return next?.question === menu.question ? 'menu' : undefined;
      },
      single: menu.question,
      beyond: ({ key }) => key === 'line.goodbye',
    },
  );
  return { name, title, places };
}

/** Other keys make the same picture with other keys. */
const usualOffers = Object.values(offerWorlds).filter(({ keys }) => keys === undefined);

const isOverview = (next: Step, menu: Step): boolean =>
  next.question === menu.question || next.question === 'language.choose';

async function mainMenu(): Promise<Step> {
  const { line } = await playCall(exploredFamilyLine({}), toMenu);
  const menu = line.steps[toMenu.length];
  if (!menu) throw new Error('the 866 line has no main menu');
  return menu;
}

/** A choice of the main menu, and a message, lead to chapters of their own. */
const withChapters = (places: readonly Place[], nameOfChoice: (key: string) => readonly [string, string]): Place[] =>
  places.map((place) => ({
    ...place,
    ways: place.ways.map((way) => {
      const choice = way.to === 'chapter' ? place.step.asking[Number(way.act) - 1] : undefined;
      return choice ? { ...way, to: `chapter ${nameOfChoice(choice.key)[0]}`, told: [] } : way;
    }),
  }));
