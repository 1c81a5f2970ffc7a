import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Database } from '#db/connect.ts';
import { pinDigest, savePerson, saveSpokenName } from '#db/people.ts';
import { VALLEY_VIEW } from '#db/seed/demo-world.ts';
import { writeSound } from '#media/prompts/sound.ts';
import type { Config } from '#processes/config.ts';
import type { Payment } from '../leak-hunt/cast.ts';
import { playPayment } from '../leak-hunt/calls.ts';
import { callFromInside } from '../people.ts';
import type { IncomingCall } from '../phone/incoming-call.ts';
import type { OutgoingCall } from '../phone/outgoing-call.ts';
import { babble, repeated } from '../phone/sound.ts';
import type { Stage } from '../stage.ts';

interface Person {
  readonly pin: string;
  readonly number: string;
}

/** What became of the calls, as those saw it who made them: kills cut many of them off. */
export interface Played {
  dialled: number;
  answered: number;
  talked: number;
  paid: number;
  /** Payments that were cut off, by what the caller saw of it. */
  readonly cutOff: Record<string, number>;
}

/** A call that is still going on then is hung up. */
const longestMs = 45_000;
/** Whoever was refused dials again after that. */
const againMs = 300;
/** Families who pay at the same time. */
const payers = 3;
const voice = babble({ ms: 500, seed: 8_100 });

export async function seedPeople(db: Database, config: Config, count: number): Promise<Person[]> {
  const path = join(config.VAR_FOLDER, 'spool', 'voices', 'somebody.wav');
  await mkdir(join(path, '..'), { recursive: true });
  const { pcm } = babble({ ms: 600, seed: 8 });
  await writeFile(path, writeSound({ rate: 8000, samples: Float32Array.from(pcm, (sample) => sample / 32768) }));
  const name = { path, sha256: '0'.repeat(64), seconds: 0.6, approved: true, at: new Date() };
  const people: Person[] = [];
  for (let nth = 0; nth < count; nth++) {
    const person = { pin: String(5_000 + nth), number: `+1310555${String(100 + nth).padStart(4, '0')}` };
    const id = `hunted-${nth}`;
    await savePerson(db, {
      ...({ id, facilityId: VALLEY_VIEW, name: `Somebody ${nth}`, language: 'en', active: true } as const),
      pinDigest: pinDigest(config.PIN_PEPPER, VALLEY_VIEW, person.pin),
    });
    await saveSpokenName(db, id, name);
    people.push(person);
  }
  return people;
}

/** People who call home again and again, and families who pay, until `over`; resolves when the last has hung up. */
export async function load(
  stage: Stage,
  people: readonly Person[],
  payments: readonly Payment[],
  chance: () => number,
  over: AbortSignal,
): Promise<Played> {
  const played: Played = { dialled: 0, answered: 0, talked: 0, paid: 0, cutOff: {} };
  const again = async (work: () => Promise<boolean>) => {
    while (!over.aborted) if (!(await work())) await stage.pause(againMs);
  };
  const queue = [...payments];
  await Promise.all([
    ...people.map((person) => again(() => callHome(stage, person, played, chance))),
    ...Array.from({ length: payers }, () =>
      again(async () => {
        const payment = queue.shift();
        return payment !== undefined && pay(stage, payment, played);
      }),
    ),
  ]);
  return played;
}

/** One payment. Whether it paid when it was cut off, the books say. */
async function pay(stage: Stage, payment: Payment, played: Played): Promise<boolean> {
  const paying = playPayment(stage, payment).then(
    () => (played.paid++, true),
    (error: unknown) => {
      const why = (error instanceof Error ? error.message : String(error)).split(/[:;]/)[0] ?? '';
      played.cutOff[why] = (played.cutOff[why] ?? 0) + 1;
      return false;
    },
  );
  return Promise.race([paying, stage.pause(longestMs).then(() => true)]);
}

/** One call with all that belongs to it, as far as it gets. False: it was not answered. */
async function callHome(stage: Stage, person: Person, played: Played, chance: () => number): Promise<boolean> {
  const calls: (IncomingCall | OutgoingCall)[] = [];
  const home = new Promise<IncomingCall>((resolve) =>
    stage.person(person.number, (call) => {
      calls.push(call);
      resolve(call);
    }),
  );
  played.dialled++;
  const play = async (): Promise<boolean> => {
    const inside = await callFromInside(stage, person.number, { pin: person.pin });
    calls.push(inside);
    if (!(await inside.answered)) return false;
    played.answered++;
    const outside = await Promise.race([home, inside.ended.then(() => undefined)]);
    if (!outside) return true;
    outside.ring();
    if (!(await outside.answer({ delayMs: Math.floor(500 * chance()) }))) return true;
    await outside.ear.waitFor(await stage.menu('en'));
    await outside.press(stage.facility.offerKeys.accept);
    if (!(await outside.ear.waitFor(await stage.sound('en', 'offer.accepted')))) return true;
    void inside.speak(repeated(voice));
    if (await outside.ear.waitFor(voice)) played.talked++;
    await Promise.race([stage.pause(1_000 + 4_000 * chance()), inside.ended, outside.ended]);
    await (chance() < 0.5 ? inside : outside).hangup();
    await Promise.race([Promise.all([inside.ended, outside.ended]), stage.pause(2_000)]);
    return true;
  };
  try {
    return await Promise.race([play(), stage.pause(longestMs).then(() => true)]);
  } finally {
    for (const call of calls) void call.hangup();
  }
}
