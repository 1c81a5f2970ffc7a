import type { CallState, EndedBy } from '#db/calls.ts';
import { wordingOf } from '#flows/prompt.ts';
import type { Disposition } from '#ivr/cdr/dispositions.ts';
import { dispositions } from '#ivr/cdr/dispositions.ts';
import type { LocalReason } from '#ivr/cdr/outcome.ts';
import { outcomeOf } from '#ivr/cdr/outcome.ts';
import { refusals, severity } from '#ivr/policy/refusals.ts';
import { usualKeys, walkInside, walkOffer } from './walk.ts';

/** One way in which a call ends. */
export interface Leaving {
  readonly word: Disposition;
  readonly meaning: string;
  readonly endedBy: EndedBy;
  readonly q850: number;
  /** What brings it about, where the code has a table of that: statuses, keys. */
  readonly by: readonly string[];
  /** The first sentence that the caller is told; undefined when the caller is gone. */
  readonly heard: string | undefined;
}

export interface ChartState {
  /** As the CDR names it; `any` for what can strike at every step. */
  readonly name: Exclude<CallState, 'done'> | 'any';
  readonly title: string;
  readonly steps: readonly string[];
  /** What leads on to the next state. */
  readonly onward: string;
  readonly leavings: readonly Leaving[];
}

/** What the system itself can meet with at any step: `dispositions.ts` has these last. */
const anywhere: readonly Disposition[] = ['restart', 'shutdown', 'media-lost', 'recording-failed', 'fault'];

/** Where a call that ends with this word leaves. */
export function stateOf(word: Disposition): ChartState['name'] {
  const { attempt, answered, announcement } = dispositions[word];
  if (anywhere.includes(word)) return 'any';
  if (severity.some((reason) => refusals[reason].disposition === word)) return 'policy';
  if (!attempt) return 'offHook';
  if (!answered) return 'ringing';
  // Before acceptance the caller learns no more than of a phone that nobody picked up.
  return announcement === null || announcement === dispositions['no-answer'].announcement ? 'greeting' : 'talking';
}

const localReasons: Record<LocalReason, string> = {
  'caller-cancelled': 'caller hangs up',
  'ring-timeout': 'ring time over',
  'no-response': 'silence',
  'no-trunk': 'no trunk',
};

/** What of the outside leg gives each word: SIP statuses (a whole class where it has no exception), and our own reasons. */
export function causesOf(word: Disposition): string[] {
  const causes: string[] = [];
  for (let group = 3; group <= 6; group++) {
    const statuses = Array.from({ length: 100 }, (_, rest) => group * 100 + rest);
    const giving = statuses.filter((status) => outcomeOf({ status }).disposition === word);
    if (giving.length === 100) causes.push(`${group}xx`);
    else if (giving.length > 50) causes.push(`other ${group}xx`);
    else causes.push(...giving.map(String));
  }
  for (const [reason, text] of Object.entries(localReasons))
    if (outcomeOf({ local: reason as LocalReason }).disposition === word) causes.push(text);
  return causes;
}

/** The states of a call home in order, each with every way in which the call can end there. */
export async function chart(): Promise<ChartState[]> {
  const inside = await walkInside();
  const offer = await walkOffer();
  const by = (word: Disposition): string[] => {
    const pressed = [...(offer.outcomes.get(word as never) ?? [])];
    const step = inside.givesUp.get(word as never);
    return [
      ...(stateOf(word) === 'ringing' ? causesOf(word) : []),
      ...pressed.map((meaning) => usualKeys[meaning as keyof typeof usualKeys] ?? `${offer.rounds}× ${meaning}`),
      ...(step === undefined ? [] : [step]),
    ];
  };
  const words = Object.keys(dispositions) as Disposition[];
  // The policy in its own order: the most severe first.
  const ordered = [...severity.map((reason) => refusals[reason].disposition), ...words];
  const leavings = (state: ChartState['name']): Leaving[] =>
    [...new Set(ordered)]
      .filter((word) => stateOf(word) === state)
      .map((word) => {
        const { meaning, endedBy, q850, announcement } = dispositions[word];
        const heard = announcement === null ? undefined : (/^.*?[.!?]/.exec(wordingOf('en')[announcement])?.[0] ?? '');
        return { word, meaning, endedBy, q850, by: by(word), heard };
      });
  const keys = (question: keyof typeof offer.listensFor) =>
    offer.listensFor[question].map((meaning) => `${usualKeys[meaning]} ${meaning}`).join(', ');
  const stepTexts: Record<string, string> = { pin: `PIN, ${inside.pinTries} tries`, name: 'name, on the first call' };
  const state = (name: ChartState['name'], title: string, steps: string[], onward: string): ChartState => ({
    name,
    title,
    steps,
    onward,
    leavings: leavings(name),
  });
  const accepted = [...(offer.outcomes.get('accepted') ?? [])].map((meaning) => usualKeys[meaning as 'accept']);
  return [
    state('offHook', 'Off hook', [...inside.steps.map((step) => stepTexts[step] ?? step)], 'a number is known'),
    state('policy', 'Policy', [`${severity.length} reasons to say no`, 'the most severe is told'], 'may be placed'),
    state('ringing', 'Ringing', ['the phone, or the trunks in order', 'the caller hears ringing only'], 'answered'),
    state(
      'greeting',
      'Greeting',
      [
        `up to ${offer.rounds} rounds:`,
        'notice, told to its end',
        `  ${keys('notice')}`,
        'menu',
        `  ${keys('menu')}`,
        'blocked',
        `  ${keys('blocked').replace('block', 'undoes it')}`,
      ],
      `${accepted.join(' or ')} after the notice`,
    ),
    state('talking', 'Talking', ['bridged, recorded in stereo', 'warned before the limit'], 'over'),
    state('any', 'At any step', ['the system itself'], ''),
  ];
}
