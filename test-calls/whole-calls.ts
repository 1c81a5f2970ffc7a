import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, test } from 'vitest';
import type { Database } from '#db/connect.ts';
import type { Facility } from '#db/facilities.ts';
import { saveFacility } from '#db/facilities.ts';
import { pinDigest, savePerson, saveSpokenName } from '#db/people.ts';
import { saveStation, saveTrunk } from '#db/stations.ts';
import { facilities } from '#db/seed/demo-world.ts';
import type { Config } from '#processes/config.ts';
import { inWords } from './demo/live.ts';
import type { IncomingCall } from './phone/incoming-call.ts';
import type { DialOptions, OutgoingCall } from './phone/outgoing-call.ts';
import type { PhoneOptions } from './phone/phone.ts';
import { Phone } from './phone/phone.ts';
import { writeBabble } from './short-prompts.ts';
import type { StageOptions } from './stage.ts';
import { Stage } from './stage.ts';

/** A facility with a phone of its own on a trunk of its own. */
export interface Site {
  readonly facility: Facility;
  readonly phone: Phone;
}

/** Somebody inside; `name` is the sound of the name, unless it is not known yet. */
export interface Player {
  readonly id: string;
  readonly pin: string;
  readonly name: string | undefined;
}

export interface SiteOptions {
  readonly changes?: Partial<Facility>;
  readonly stationActive?: boolean;
  readonly phone?: Partial<PhoneOptions>;
}

export interface WholeCallsOptions extends Omit<StageOptions, 'prompts' | 'prepare'> {
  /** More facilities, by name: what each has that Valley View has not. */
  readonly sites?: Readonly<Record<string, SiteOptions>>;
  /** Calls played at the same time. Default 8. */
  readonly atOnce?: number;
  /** More than the demonstration and the sites have. */
  readonly prepare?: (db: Database, config: Config) => Promise<void>;
}

export interface CallOptions {
  /** Where the call is placed from. Default: Valley View. */
  readonly site?: string;
  /** The person's name is not known yet. */
  readonly nameless?: boolean;
  readonly inactive?: boolean;
  /** So many more people, each with a number, for calls beside this one. */
  readonly others?: number;
  /** Among the longest of its file: begun before the others, so that the file does not wait for it alone. */
  readonly long?: boolean;
  readonly timeoutMs?: number;
}

/** What one test plays with: a person and a number that no other test has. */
export class Scene {
  readonly stage: Stage;
  readonly site: Site;
  readonly player: Player;
  readonly number: string;
  /** The same stage for others; their calls are noted here. */
  readonly others: readonly Scene[];
  readonly calls: OutgoingCall[];
  readonly #siteOf: (name: string) => Site;

  constructor(
    stage: Stage,
    site: Site,
    [first, ...others]: readonly (Player & { readonly number: string })[],
    siteOf: (name: string) => Site,
    calls: OutgoingCall[] = [],
  ) {
    if (!first) throw new Error('nobody to play this');
    const { number, ...player } = first;
    this.calls = calls;
    this.others = others.map((other) => new Scene(stage, site, [other], siteOf, calls));
    this.stage = stage;
    this.site = site;
    this.player = player;
    this.number = number;
    this.#siteOf = siteOf;
  }

  another(site: string): Site {
    return this.#siteOf(site);
  }

  /** Dials and notes the call, so that a failure tells what happened on it. */
  dial(to = this.number, site = this.site, options: DialOptions = {}): OutgoingCall {
    const { host, port } = this.stage.system.sip;
    // Each plays on a phone of their own, as the trunk says: nobody's wrong PINs are another's.
    const headers = { 'P-Asserted-Identity': `<sip:${this.player.id}@inside.invalid>`, ...options.headers };
    const call = site.phone.dial(`sip:${to}@${host}:${port}`, { ...options, headers });
    this.calls.push(call);
    return call;
  }

  /** The next call that comes to the number. */
  rings(number = this.number): Promise<IncomingCall> {
    return new Promise((resolve) => this.stage.person(number, resolve));
  }

  /** What the calls wrote of themselves, for whoever must find out why a test failed. */
  async story(): Promise<string> {
    const { journals } = this.stage;
    return this.calls
      .map(({ callId, ear, ending, voice }) => {
        const id = journals.find(({ data }) => data['sipCallId'] === callId)?.callId;
        const told = id === undefined ? '(no such call)' : journals.of(id).map(line).join('\n');
        return `${told}\n  as heard: ${JSON.stringify({ ...ear.counts, after: voice.after, ending })}`;
      })
      .join('\n  ---\n');
  }
}

const line = (event: Parameters<typeof inWords>[0]): string =>
  `  ${event.at.slice(11, 23)} ${inWords(event) ?? `${event.kind} ${JSON.stringify(event.data)}`}`;

export interface WholeCalls {
  /** A test that plays calls. All of a file are played at the same time, as far as `atOnce` lets them. */
  readonly call: {
    (title: string, play: Play): void;
    (title: string, options: CallOptions, play: Play): void;
  };
  readonly stage: () => Stage;
  /** Resolves when every call of the file has been played. */
  readonly played: () => Promise<void>;
  /** Every PIN that somebody has. */
  readonly pins: () => readonly string[];
}

type Member = Player & { readonly number: string };

interface Played {
  readonly options: CallOptions;
  readonly play: Play;
  readonly cast: Member[];
  readonly settle: (end: Promise<void>) => void;
}

type Play = (scene: Scene) => Promise<void>;

/** The stage of a test file, and the tests that are played on it at the same time; `ONLY=word` in the environment chooses some. */
export function wholeCalls(options: WholeCallsOptions = {}): WholeCalls {
  const { sites = {}, atOnce = 8, prepare, ...stageOptions } = options;
  const plays: Played[] = [];
  const ends: Promise<void>[] = [];
  const players: Member[] = [];
  const known = new Map<string, Site>();
  const opened: { stage?: Stage } = {};
  const stage = (): Stage => {
    if (!opened.stage) throw new Error('the stage is not open');
    return opened.stage;
  };
  const siteOf = (name: string): Site => {
    const site = name === '' ? { facility: stage().facility, phone: stage().inside } : known.get(name);
    if (!site) throw new Error(`no site ${name}`);
    return site;
  };

  beforeAll(async () => {
    const phones = new Map<string, Phone>();
    for (const [name, { phone = {} }] of Object.entries(sites)) phones.set(name, await Phone.start({ name, ...phone }));
    const names = join(import.meta.dirname, '..', 'var', 'short-prompts', 'names');
    opened.stage = await Stage.open({
      prompts: 'short',
      ...stageOptions,
      prepare: async (db, config) => {
        for (const [name, { stationActive = true, changes = {} }] of Object.entries(sites)) {
          const facility: Facility = {
            ...{ ...facilities[0], number: undefined },
            ...{ id: name, name: `The ${name} place` },
            ...changes,
          };
          const phone = phones.get(name);
          if (!phone) continue;
          known.set(name, { facility, phone });
          await saveFacility(db, facility);
          await saveStation(db, { id: `${name}-trunk`, facilityId: name, name, active: stationActive });
          await saveTrunk(db, { address: '127.0.0.1', port: phone.address.port, stationId: `${name}-trunk` });
        }
        await mkdir(names, { recursive: true });
        for (const { options: wanted, cast } of plays)
          for (let nth = 0; nth <= (wanted.others ?? 0); nth++) {
            const member = await enrol(db, config, players.length, wanted, names);
            players.push(member);
            cast.push(member);
          }
        await prepare?.(db, config);
      },
    });
    void playAll();
  }, 240_000);

  const playAll = async () => {
    const waiting = [true, false].flatMap((long) => plays.filter(({ options: { long: is = false } }) => is === long));
    const worker = async () => {
      for (let next = waiting.shift(); next; next = waiting.shift()) {
        const end = playOne(next);
        next.settle(end);
        await end.catch(() => undefined);
      }
    };
    await Promise.all(Array.from({ length: atOnce }, worker));
  };

  const playOne = async ({ play, options: wanted, cast }: Played) => {
    const scene = new Scene(stage(), siteOf(wanted.site ?? ''), cast, siteOf);
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<never>((_resolve, reject) => {
      const limit = wanted.timeoutMs ?? 120_000;
      timer = setTimeout(() => reject(new Error(`not over after ${limit} ms`)), limit);
    });
    try {
      await Promise.race([play(scene), late]);
    } catch (error) {
      if (!(error instanceof Error)) throw error;
      // Some errors' messages cannot be added to.
      throw Object.assign(new Error(`${error.message}\n${await scene.story()}`, { cause: error }), {
        stack: error.stack,
      });
    } finally {
      clearTimeout(timer);
      for (const call of scene.calls) void call.hangup();
    }
  };

  afterAll(async () => {
    await opened.stage?.close();
    for (const { phone } of known.values()) await phone.stop();
  });

  return {
    call(title: string, ...rest: [Play] | [CallOptions, Play]) {
      // `-t` chooses what is told, not what is played.
      if (!title.includes(process.env['ONLY'] ?? '')) return void test.skip(title);
      const [wanted, play] = rest.length === 1 ? [{}, rest[0]] : rest;
      const end = new Promise<void>((resolve) => plays.push({ play, options: wanted, cast: [], settle: resolve }));
      end.catch(() => undefined);
      ends.push(end);
      test(title, () => end, 240_000);
    },
    stage,
    played: async () => void (await Promise.allSettled(ends)),
    pins: () => players.map(({ pin }) => pin),
  };
}

/** Adds a person, with a name unless that is not known yet. */
async function enrol(db: Database, config: Config, index: number, wanted: CallOptions, names: string): Promise<Member> {
  const facilityId = wanted.site ?? facilities[0].id;
  const pin = String(87_003_519 + index * 1_000_003).slice(-8);
  const id = `player-${index}`;
  await savePerson(db, {
    ...{ id, facilityId, name: `Player ${index}`, language: 'en', active: !wanted.inactive },
    pinDigest: pinDigest(config.PIN_PEPPER, facilityId, pin),
  });
  const number = numberOf(index);
  if (wanted.nameless) return { id, pin, number, name: undefined };
  const path = join(names, `${index}.wav`);
  await writeBabble(path, 400, 90_000 + index);
  await saveSpokenName(db, id, { path, sha256: '0'.repeat(64), seconds: 0.4, approved: true, at: new Date() });
  return { id, pin, number, name: path };
}

/** Numbers of the range kept for fiction, in area codes of California: no two plays share one. */
function numberOf(index: number): string {
  const areas = ['310', '415', '916', '619', '714', '408', '909', '559', '805'];
  return `+1${areas[Math.floor(index / 100)] ?? '818'}55501${String(index % 100).padStart(2, '0')}`;
}
