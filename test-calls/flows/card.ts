import type { Place, Way } from '#flows/explore/chart.ts';
import type { Chapter } from '#flows/explore/family-charts.ts';
import type { Act } from '#flows/explore/step.ts';
import { silence, speaks } from '#flows/explore/step.ts';
import type { Language } from '#flows/language.ts';
import type { Prompt } from '#flows/prompt.ts';
import { wordingOf } from '#flows/prompt.ts';
import type { Joined } from './join.ts';
import { joinPlaces } from './join.ts';

/** A question as it is printed: the same for a picture and for the script. */
export interface Card {
  /** `2.3`: the third question of the second chapter. */
  readonly number: string;
  readonly id: string;
  readonly told: readonly string[];
  /** What is asked; nothing for a menu, which has it in its rows. */
  readonly asks: readonly string[];
  readonly rows: readonly Row[];
  /** Told after the choices. */
  readonly after: readonly string[];
  readonly again: readonly string[];
}

export interface Row {
  /** `1`, `1, 2`, `typed`, `nothing` */
  readonly label: string;
  /** The choice of a menu. */
  readonly says: string | undefined;
  readonly leads: readonly Lead[];
}

export interface Lead {
  /** The place there, or where the chapter ends. */
  readonly to: { readonly kind: 'card'; readonly number: string; readonly id: string } | End;
  /** Told on the way. */
  readonly told: readonly string[];
}

export interface End {
  readonly kind: 'end';
  readonly title: string;
}

const ends: Readonly<Record<string, string>> = {
  menu: 'main menu',
  agent: 'an agent',
  goodbye: 'goodbye',
  end: 'end',
};

/** The cards of a chapter in a language; `number` is that of the chapter. */
export function cardsOf({ places }: Chapter, number: number, language: Language): readonly Card[] {
  const joined = joinPlaces(places);
  const numbers = new Map(joined.map(({ id }, index) => [id, `${number}.${index + 1}`]));
  const lead = ({ to, told }: Way): Lead => {
    const there = numbers.get(to);
    const title = ends[to] ?? to.replace('chapter ', '');
    return {
      to: there === undefined ? { kind: 'end', title } : { kind: 'card', number: there, id: to },
      told: textsOf(told, language),
    };
  };
  return joined.map((place) => ({
    number: numbers.get(place.id) ?? '',
    id: place.id,
    told: toldOf(place, language),
    asks: place.step.isMenu ? [] : textsOf(place.step.asking, language),
    rows: (place.step.isMenu ? menuRows(place, lead, language) : otherRows(place, lead)).filter(
      ({ leads }) => leads.length > 0,
    ),
    after: textsOf(place.step.afterwards, language).map((one) => `“${one}”`),
    again: textsOf(place.again, language),
  }));
}

/** What is told, and what may be told instead, in its place. */
const toldOf = ({ told, instead }: Joined, language: Language): string[] => [
  ...new Set(
    told.flatMap((one, index) => [
      `“${textOf(one, language)}”`,
      ...(instead?.at === index ? instead.prompts.map((other) => `or “${textOf(other, language)}”`) : []),
    ]),
  ),
];

/** A row for each choice; those that say the same, but for their values, in one. Keys without a choice come last. */
function menuRows(place: Place, lead: (way: Way) => Lead, language: Language): Row[] {
  const rows: { keys: string[]; prompt: Prompt | undefined }[] = [];
  for (const [index, prompt] of place.step.asking.entries()) {
    const last = rows.at(-1);
    if (last?.prompt?.key === prompt.key) last.keys.push(String(index + 1));
    else rows.push({ keys: [String(index + 1)], prompt });
  }
  const listed = rows.flatMap(({ keys }) => keys);
  const others = new Set(place.ways.map(({ act }) => act).filter((act) => !listed.includes(act)));
  for (const act of others) rows.push({ keys: [act], prompt: undefined });
  return rows.map(({ keys, prompt }) => ({
    label: keys.length > 2 ? `${keys[0]}–${keys.at(-1)}` : keys.join(', '),
    says: prompt && textOf(prompt, language),
    leads: once(place.ways.filter(({ act }) => keys.includes(act)).map(lead)),
  }));
}

/** A row for each thing that can be done; what leads to the same is one. */
function otherRows({ ways, step: { verb } }: Place, lead: (way: Way) => Lead): Row[] {
  const labels = new Map<string, Way[]>();
  for (const way of ways) {
    const label = verb.startsWith('type') && way.act.length > 1 && way.act !== silence ? 'typed' : labelOf(way.act);
    labels.set(label, [...(labels.get(label) ?? []), way]);
  }
  const rows = new Map<string, { labels: string[]; leads: readonly Lead[] }>();
  for (const [label, ways] of labels) {
    const leads = once(ways.map(lead));
    const same = rows.get(JSON.stringify(leads));
    if (same) same.labels.push(label);
    else rows.set(JSON.stringify(leads), { labels: [label], leads });
  }
  return [...rows.values()].map(({ labels, leads }) => ({ label: labels.join(', '), says: undefined, leads }));
}

const labelOf = (act: Act): string => (act === silence ? 'nothing' : act === speaks ? 'a voice' : act);

const once = (leads: readonly Lead[]): Lead[] => [
  ...new Map(leads.map((lead) => [JSON.stringify(lead), lead])).values(),
];

/** Each text once: one that is told of three things is told three times. */
const textsOf = (prompts: readonly Prompt[], language: Language): string[] => [
  ...new Set(prompts.map((prompt) => textOf(prompt, language))),
];

/** As it is written; keys and wording stand in their places, other values by name. */
export function textOf({ key, values, language: own }: Prompt, language: Language): string {
  const words = wordingOf(own ?? language);
  return words[key].replace(/\{(\w+)\}/g, (whole, name: string) => {
    const value = values[name];
    if (value?.kind === 'key') return value.key;
    return value?.kind === 'wording' ? words[value.key] : whole;
  });
}
