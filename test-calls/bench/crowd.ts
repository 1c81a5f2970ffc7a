import { chmod, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pinDigest, savePerson, saveSpokenName } from '#db/people.ts';
import { VALLEY_VIEW } from '#db/seed/demo-world.ts';
import { writeSound } from '#media/prompts/sound.ts';
import type { Heard } from '../phone/ear.ts';
import type { IncomingCall } from '../phone/incoming-call.ts';
import type { OutgoingCall } from '../phone/outgoing-call.ts';
import { babble } from '../phone/sound.ts';
import { Stage } from '../stage.ts';
import type { Snapshot } from './usage.ts';
import { Meter } from './usage.ts';

/** Somebody inside with a name on record, and the number that this person calls. */
export interface Person {
  readonly pin: string;
  readonly number: string;
}

/** The sounds by which phones know where a call is. */
export interface Sounds {
  readonly language: string;
  readonly pin: string;
  readonly calling: string;
  readonly first: { readonly en: string; readonly es: string };
  readonly menu: string;
  readonly accepted: string;
  readonly refused: string;
  readonly blocked: string;
  readonly unblocked: string;
}

/** Somebody waited for a sound in vain, or a call ended too early. */
export class CallFailed extends Error {
  override readonly name = 'CallFailed';
}

/** Nothing in a call takes longer, the longest announcement included. */
const PATIENCE_MS = 30_000;
/** 555-0100 to 555-0199 of any area are kept for fiction (ATIS-0300048). */
const AREAS = [209, 310, 323, 408, 415, 510, 559, 619, 661, 707];

export interface CrowdOptions {
  readonly people: number;
  readonly prompts: 'spoken' | 'short';
  readonly say: (text: string) => void;
  readonly also: ReadonlyMap<string, number>;
}

/** The platform with many people who call home at the same time, each a number of their own. */
export class Crowd {
  readonly stage: Stage;
  readonly people: readonly Person[];
  readonly sounds: Sounds;
  readonly #meter: Meter;
  readonly #folder: string;
  /** The platform's id of a call by the phone's. */
  readonly #ids = new Map<string, string>();

  private constructor(stage: Stage, people: readonly Person[], sounds: Sounds, meter: Meter, folder: string) {
    this.stage = stage;
    this.people = people;
    this.sounds = sounds;
    this.#meter = meter;
    this.#folder = folder;
    stage.journals.follow(({ kind, callId, data }) => {
      if (kind === 'begun') this.#ids.set(String(data['sipCallId']), callId);
    });
  }

  static async gather({ people: count, prompts, say, also }: CrowdOptions): Promise<Crowd> {
    const people = Array.from({ length: count }, (_, i) => ({
      pin: String(5_000 + i),
      number: `+1${AREAS[Math.floor(i / 100)] ?? 0}55501${String(i % 100).padStart(2, '0')}`,
    }));
    const folder = await mkdtemp(join(tmpdir(), 'homeline-bench-'));
    // PostgreSQL runs as another user when this is root.
    await chmod(folder, 0o711);
    const stage = await Stage.open({
      folder,
      prompts,
      say,
      environment: { LOG_LEVEL: 'warn' },
      facility: { velocity: { attemptsPerPersonPerHour: 1_000_000, attemptsPerNumberPerDay: 1_000_000 } },
      prepare: async (db, { VAR_FOLDER, PIN_PEPPER }) => {
        const path = join(VAR_FOLDER, 'spool', 'voices', 'somebody.wav');
        await mkdir(join(path, '..'), { recursive: true });
        const { pcm } = babble({ ms: 600, seed: 8 });
        await writeFile(path, writeSound({ rate: 8000, samples: Float32Array.from(pcm, (sample) => sample / 32768) }));
        const name = { path, sha256: '0'.repeat(64), seconds: 0.6, approved: true, at: new Date() };
        for (const [i, { pin }] of people.entries()) {
          const person = { id: `bench-${i}`, facilityId: VALLEY_VIEW, name: `Somebody ${i}`, language: 'en' } as const;
          await savePerson(db, { ...person, active: true, pinDigest: pinDigest(PIN_PEPPER, VALLEY_VIEW, pin) });
          await saveSpokenName(db, person.id, name);
        }
      },
    });
    try {
      return new Crowd(stage, people, await soundsOf(stage), await Meter.of(stage.system, also), folder);
    } catch (error) {
      await stage.close();
      throw error;
    }
  }

  used(): Promise<Snapshot> {
    return this.#meter.read();
  }

  /** What the media process says of itself; undefined for an engine that has nothing to say. */
  async mediaMetrics(): Promise<Readonly<Record<string, number>> | undefined> {
    const port = this.stage.system.supervisor.ports('media')['observe'];
    if (port === undefined) return undefined;
    const response = await fetch(`http://127.0.0.1:${port}/dump`);
    const dump = (await response.json()) as Record<string, unknown>;
    return Object.fromEntries(
      Object.entries(dump).filter((entry): entry is [string, number] => Number.isFinite(entry[1])),
    );
  }

  /** Dials, chooses English as soon as it is offered, and types the PIN as soon as it is asked for. */
  async callHome(person: Person, timings: { languageToVoice?: (ms: number, fromFirstMs: number) => void } = {}) {
    const call = this.stage.dial(person.number);
    try {
      if (!(await call.answered)) throw new CallFailed(`not answered: ${call.ending?.status ?? ''}`);
      await hear(call, this.sounds.language, 'the question for a language');
      const { heard, endMs, firstMs } = await pressAndHear(call, '1', this.sounds.pin, 'the question for a PIN');
      timings.languageToVoice?.(heard.atMs - endMs, heard.atMs - firstMs);
      await call.press(`${person.pin}#`);
      return call;
    } catch (error) {
      await call.hangup();
      throw error;
    }
  }

  /** What the one who answers at this person's home does, once. */
  atHome<T>({ number }: Person, act: (call: IncomingCall) => Promise<T>): Promise<T> {
    return new Promise((resolve, reject) => {
      const late = setTimeout(() => reject(new CallFailed('the phone at home did not ring')), PATIENCE_MS);
      this.stage.person(number, (call) => {
        clearTimeout(late);
        const run = async (): Promise<T> => {
          try {
            return await act(call);
          } catch (error) {
            await call.hangup();
            throw error;
          }
        };
        run().then(resolve, reject);
      });
    });
  }

  /** What becomes of the call at home; fails as soon as the caller's call ends before. */
  async unlessSentAway<T>(home: Promise<T>, caller: OutgoingCall): Promise<T> {
    const sentAway = caller.ended.then(({ reason }) => {
      throw new CallFailed(`the caller was sent away: ${reason ?? ''}`);
    });
    try {
      return await Promise.race([home, sentAway]);
    } catch (error) {
      throw new CallFailed(`${String(error)}; ${this.#story(caller)}`);
    }
  }

  /** What the platform noted about a call, shortly. */
  #story({ callId }: OutgoingCall): string {
    const { journals } = this.stage;
    const id = this.#ids.get(callId);
    if (id === undefined) return 'the platform does not know the call';
    return journals
      .of(id)
      .map(({ kind, data }) =>
        [kind, data['state'], data['key'], data['digits'], data['verdict']].filter(Boolean).join(' '),
      )
      .join(', ');
  }

  async close(): Promise<void> {
    await this.stage.close();
    await rm(this.#folder, { recursive: true, force: true });
  }
}

/** Waits for the beginning of a sound, from `from` on (ms on the `performance.now()` clock). @throws CallFailed */
export async function hear(
  call: IncomingCall | OutgoingCall,
  sound: string,
  what: string,
  { from, until = 'start' }: { from?: number; until?: 'start' | 'end' } = {},
): Promise<Heard> {
  const late = new AbortController();
  const patience = setTimeout(() => late.abort(new CallFailed(`did not hear ${what}`)), PATIENCE_MS);
  try {
    const options = { until, signal: late.signal, ...(from === undefined ? {} : { from }) };
    const heard = await call.ear.waitFor(sound, options);
    if (!heard) throw new CallFailed(`ended before ${what}: ${call.ending?.reason ?? ''}`);
    return heard;
  } finally {
    clearTimeout(patience);
  }
}

export async function pressAndHear(call: IncomingCall | OutgoingCall, key: string, sound: string, what: string) {
  const { firstMs, endMs } = await call.press(key);
  // From the first packet on: a reaction that comes before the key is released must not be missed.
  return { heard: await hear(call, sound, what, { from: firstMs }), firstMs, endMs };
}

async function soundsOf(stage: Stage): Promise<Sounds> {
  const first = async (language: 'en' | 'es') => (await stage.offerSounds(language))[0] ?? '';
  const facility = { kind: 'name', text: stage.facility.name } as const;
  return {
    language: await stage.sound('en', 'language.choose'),
    pin: await stage.sound('en', 'pin.ask'),
    calling: await stage.sound('en', 'calling'),
    first: { en: await first('en'), es: await first('es') },
    menu: await stage.menu('en'),
    accepted: await stage.sound('en', 'offer.accepted'),
    refused: await stage.sound('en', 'offer.refused'),
    blocked: await stage.offerBlocked('en'),
    unblocked: await stage.sound('en', 'offer.unblocked', { facility }),
  };
}
