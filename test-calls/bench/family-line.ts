import { FamilyCaller } from '../family/caller.ts';
import type { Reaction } from '../family/caller.ts';
import type { CardInHand, Family } from '../family/families.ts';
import { family, fictionalNumber, seedFamilies } from '../family/families.ts';
import { choosesLanguage, confirms, leaves, paysWithNew, paysWithSaved, readBack } from '../family/paying.ts';
import { prepareFamilyPrompts } from '../family/prompts.ts';
import { chances, drawCardNumber, drawDigits } from '../leak-hunt/secrets.ts';
import { beat } from '../phone/beat.ts';
import { Stage } from '../stage.ts';
import type { Bench, BenchOptions, Measured } from './bench.ts';
import type { Figure } from './figures.ts';
import { percentile, rounded, spreadOf } from './figures.ts';
import { cpuBetween, loadBetween, Meter, PHONES } from './usage.ts';

/** Callers at the same time; each calls twice. */
const CALLERS = 60;
/** They begin one after the other, so that they are everywhere in the flow. */
const APART_MS = 250;
/** To find a key and press it: with the tone and the silence after it two keys a second. */
const SEARCH_MS = 350;
const CENTS = 2_500;

type Kind = 'saved' | 'new';

interface Paid {
  readonly kind: Kind;
  /** From the answer to the words that the money was added. */
  readonly seconds: number;
  /** Pressed until then. */
  readonly keys: number;
  readonly reactions: readonly Reaction[];
}

interface Line {
  readonly saved: Family;
  readonly fresh: Family;
  /** What the second of them types. */
  readonly card: CardInHand;
}

/** Hears everything that has to be heard, and every choice until its key is told. */
async function pay(stage: Stage, { saved, fresh, card }: Line, kind: Kind): Promise<Paid> {
  const payer = kind === 'saved' ? saved : fresh;
  const caller = await FamilyCaller.dial(stage, payer.number, { searchMs: SEARCH_MS });
  try {
    await choosesLanguage(caller, 'en');
    if (kind === 'saved') await paysWithSaved(caller, payer);
    else await paysWithNew(caller, card, CENTS / 100);
    return await finish(caller, kind);
  } finally {
    await caller.call.hangup();
  }
}

/** Knows the line, and types ahead to the question that has to be heard. */
async function payAhead(stage: Stage, { saved, fresh, card }: Line, kind: Kind): Promise<Paid> {
  const payer = kind === 'saved' ? saved : fresh;
  const caller = await FamilyCaller.dial(stage, payer.number, { searchMs: SEARCH_MS });
  const { number, expiry, cvv, postalCode } = card;
  const digits =
    kind === 'saved'
      ? `11${saved.passcode}${saved.saved?.card.cvv ?? ''}`
      : `11${CENTS / 100}#${number}${expiry}${cvv}${postalCode}`;
  try {
    await caller.presses(digits, 'enters everything');
    const paying = kind === 'saved' ? saved.saved?.card : undefined;
    await readBack(caller, CENTS, paying ?? card, paying ? 'pay.same-again' : 'pay.read-back');
    return await finish(caller, kind);
  } finally {
    await caller.call.hangup();
  }
}

async function finish(caller: FamilyCaller, kind: Kind): Promise<Paid> {
  await confirms(caller, CENTS);
  const paid = { kind, seconds: (caller.heardMs - (caller.call.answeredMs ?? NaN)) / 1000, keys: caller.keys };
  await leaves(caller);
  return { ...paid, reactions: caller.reactions };
}

export const familyLine: Bench = {
  name: 'family-line',
  title: `The 866 line: ${CALLERS} concurrent callers pay`,
  async run({ quick, say, also }: BenchOptions): Promise<Measured> {
    const count = quick ? 8 : CALLERS;
    const lines = linesOf(count);
    await prepareFamilyPrompts(say);
    const stage = await Stage.open({
      prompts: 'spoken',
      say,
      environment: { FAMILY_LINE_NUMBER: '+18669490290', LOG_LEVEL: 'warn' },
      prepare: (db, config) =>
        seedFamilies(
          lines.flatMap(({ saved, fresh }) => [saved, fresh]),
          db,
          config,
        ),
    });
    try {
      const meter = await Meter.of(stage.system, also);
      // Node compiles what the first calls run through, and what the line says is made when it is first said.
      const both = ['saved', 'new'] as const;
      if (!quick) await Promise.all(both.map((kind) => pay(stage, lines[0]!, kind)));
      const failed: string[] = [];
      const paid: Paid[] = [];
      const before = await meter.read();
      const beganMs = performance.now();
      let firstEndMs = Infinity;
      const callers = lines.slice(1).map(async (line, nth) => {
        await stage.pause(nth * APART_MS);
        const kinds: readonly Kind[] = nth % 2 === 0 ? ['saved', 'new'] : ['new', 'saved'];
        for (const kind of kinds.slice(0, quick ? 1 : 2))
          await pay(stage, line, kind).then(
            (one) => paid.push(one),
            (error: unknown) => failed.push(String(error)),
          );
        firstEndMs = Math.min(firstEndMs, performance.now());
      });
      await Promise.all(callers);
      const after = await meter.read();
      const late = beat.lateness();
      say(`${paid.length} payments, ${failed.length} failed; now one who knows the line`);
      const ahead = await Promise.all(both.map((kind) => payAhead(stage, lines[0]!, kind)));
      const window = { fromMs: beganMs + (count - 1) * APART_MS, toMs: firstEndMs };
      return measured(
        { paid, failed, ahead, window, count, late },
        cpuBetween(before, after),
        loadBetween(before, after),
      );
    } finally {
      await stage.close();
    }
  },
};

/** One more than there are callers: somebody who calls alone. */
function linesOf(count: number): Line[] {
  const chance = chances(866);
  const card = (): CardInHand => ({
    ...{ number: drawCardNumber(chance), expiry: '0831', cvv: drawDigits(chance, 3), postalCode: '95814' },
  });
  return Array.from({ length: count + 1 }, (_, nth) => ({
    saved: family(fictionalNumber(2 * nth), drawDigits(chance, 4), { card: card(), lastCents: CENTS }),
    fresh: family(fictionalNumber(2 * nth + 1), drawDigits(chance, 4)),
    card: card(),
  }));
}

interface Seen {
  readonly paid: readonly Paid[];
  readonly failed: readonly string[];
  /** One who types ahead: with the saved card, with a new one. */
  readonly ahead: readonly Paid[];
  /** When all were on the line, ms on the `performance.now()` clock. */
  readonly window: { readonly fromMs: number; readonly toMs: number };
  readonly count: number;
  readonly late: { readonly p99: number; readonly max: number };
}

function measured(seen: Seen, cpu: Readonly<Record<string, number>>, load: Readonly<Record<string, number>>): Measured {
  const { paid, failed, ahead, window, count, late } = seen;
  const all = paid.flatMap(({ reactions }) => reactions);
  const counted = all.filter(({ atMs }) => atMs >= window.fromMs && atMs <= window.toMs);
  const ms = counted.map((reaction) => reaction.ms);
  const kinds = [...new Set(counted.map(({ to }) => to))].sort();
  const figure = (what: string, unit: string, value: number, atMost?: number): Figure => ({
    ...{ what, unit, runs: [value] },
    ...(atMost === undefined ? {} : { atMost }),
  });
  const paying = (kind: Kind, name: string, mostSeconds: number, mostKeys?: number): Figure[] => {
    const these = paid.filter((one) => one.kind === kind);
    const seconds = these.map((one) => one.seconds);
    const one = ahead.find((known) => known.kind === kind);
    return [
      figure(`${name}: answer -> "was added", p50`, 's', percentile(seconds, 0.5)),
      figure(`${name}: answer -> "was added", p95`, 's', percentile(seconds, 0.95), mostSeconds),
      figure(`${name}: answer -> "was added", max`, 's', percentile(seconds, 1)),
      figure(`${name}: keys`, 'keys', Math.max(...these.map(({ keys }) => keys)), mostKeys),
      figure(`${name}, typed ahead: answer -> "was added"`, 's', one?.seconds ?? NaN, mostSeconds),
    ];
  };
  return {
    figures: [
      figure('key released -> next prompt, p50', 'ms', percentile(ms, 0.5)),
      figure('key released -> next prompt, p95', 'ms', percentile(ms, 0.95), 120),
      figure('key released -> next prompt, max', 'ms', percentile(ms, 1)),
      ...paying('saved', 'saved card', 40, 12),
      ...paying('new', 'new card', 100),
      figure('payments that failed', 'calls', failed.length, 0),
      ...Object.entries(cpu).map(([name, used]) =>
        figure(`CPU per call: ${name}`, 'ms', used / (paid.length + failed.length)),
      ),
    ],
    notes: [
      `${count} callers, ${paid.length} payments; spoken prompts; every choice is heard until its key is told, what has to be heard to its end`,
      `a key takes ${SEARCH_MS} ms to be found and 140 ms to be pressed; typed ahead: only what has to be heard is heard`,
      `${ms.length} reactions while all were on the line (${rounded((window.toMs - window.fromMs) / 1000)} s)`,
      `of one core: ${Object.entries(load)
        .map(([name, percent]) => `${name} ${percent} %`)
        .join(', ')}`,
      ...((load[PHONES] ?? 0) > 70 ? ['the phones used more than 70 % of a core: the run is void'] : []),
    ],
    detail: {
      ...{ callers: count, failures: failed.slice(0, 10), corePercent: load, phonesLateMs: late },
      afterKey: Object.fromEntries(
        kinds.map((kind) => [kind, spreadOf(counted.filter(({ to }) => to === kind).map((one) => one.ms))]),
      ),
      seconds: {
        saved: spreadOf(paid.filter(({ kind }) => kind === 'saved').map(({ seconds }) => seconds)),
        new: spreadOf(paid.filter(({ kind }) => kind === 'new').map(({ seconds }) => seconds)),
      },
      ahead: ahead.map(({ kind, seconds, keys }) => ({ kind, seconds: rounded(seconds), keys })),
    },
  };
}
