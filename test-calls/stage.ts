import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { CallReport } from '#db/calls.ts';
import { callReport } from '#db/calls.ts';
import type { Database } from '#db/connect.ts';
import type { Facility } from '#db/facilities.ts';
import { listServedFacilities, saveFacility } from '#db/facilities.ts';
import type { Demo } from '#db/seed/demo.ts';
import { seedDemo } from '#db/seed/demo.ts';
import type { Language } from '#flows/language.ts';
import type { PromptKey, Value } from '#flows/prompt.ts';
import { compose, prompt } from '#flows/prompt.ts';
import { PromptStore } from '#media/prompts/prompt-store.ts';
import type { Config } from '#processes/config.ts';
import type { System } from '#processes/system.ts';
import { startSystem } from '#processes/system.ts';
import { parseUri } from '#sip-stack/uri.ts';
import { Journals } from './journals.ts';
import type { IncomingCall } from './phone/incoming-call.ts';
import type { OutgoingCall } from './phone/outgoing-call.ts';
import { Phone } from './phone/phone.ts';
import { recordShortPrompts } from './short-prompts.ts';

export interface StageOptions {
  /** What the demonstration facility is changed to: a shorter talk, other keys or hours. */
  readonly facility?: Partial<Facility>;
  readonly environment?: Record<string, string>;
  readonly say?: (text: string) => void;
  /** `short`: half a second of babble for each prompt, so that calls take seconds. Default: spoken. */
  readonly prompts?: 'spoken' | 'short';
  /** More facilities and people than the demonstration has. */
  readonly prepare?: (db: Database, config: Config) => Promise<void>;
  /** Trunks that are tried after the carrier, in order. */
  readonly moreTrunks?: readonly { readonly name: string; readonly port: number }[];
  /** Kept instead of a folder of its own that is removed at the end. */
  readonly folder?: string;
}

/**
 * The platform with everybody around it: a phone inside behind the facility's trunk, and a carrier whose phones answer. Whole
 * calls are played on it, with the engine that the environment names.
 */
export class Stage {
  readonly system: System;
  readonly demo: Demo;
  readonly facility: Facility;
  /** The phone inside, known by its address. */
  readonly inside: Phone;
  /** Every number outside. */
  readonly carrier: Phone;
  readonly journals: Journals;
  readonly #prompts: PromptStore;
  readonly #folder: string | undefined;
  readonly #labels = new Map<string, string>();
  readonly #people = new Map<string, (call: IncomingCall) => void>();

  private constructor(parts: {
    system: System;
    demo: Demo;
    facility: Facility;
    inside: Phone;
    carrier: Phone;
    journals: Journals;
    prompts: PromptStore;
    folder: string | undefined;
  }) {
    this.system = parts.system;
    this.demo = parts.demo;
    this.facility = parts.facility;
    this.inside = parts.inside;
    this.carrier = parts.carrier;
    this.journals = parts.journals;
    this.#prompts = parts.prompts;
    this.#folder = parts.folder;
    this.carrier.onCall((call) => {
      const number = parseUri(call.invite.uri)?.user ?? '';
      const answer = this.#people.get(number);
      if (answer) answer(call);
      else call.reject(404);
    });
  }

  static async open(options: StageOptions = {}): Promise<Stage> {
    const { facility: changes = {}, environment = {}, say = () => undefined, folder } = options;
    const own = folder === undefined ? await mkdtemp(join(tmpdir(), 'homeline-')) : undefined;
    // As root, PostgreSQL runs as another user, who must be able to enter.
    if (own !== undefined) await chmod(own, 0o711);
    const varFolder = folder ?? own ?? '';
    // Prompts take a while to make and do not change between runs: every stage shares them.
    const root = join(import.meta.dirname, '..', 'var');
    const artistFolder = options.prompts === 'short' ? join(root, 'short-prompts') : undefined;
    const inside = await Phone.start({ name: 'dayroom' });
    const carrier = await Phone.start({ name: 'carrier' });
    let demo: Demo | undefined;
    let facility: Facility | undefined;
    const system = await startSystem({
      environment: {
        ...engineFromEnvironment(),
        VAR_FOLDER: varFolder,
        PROMPT_FOLDER: join(root, 'prompts'),
        ...(artistFolder === undefined ? {} : { ARTIST_FOLDER: artistFolder }),
        OBSERVE_PORT: '0',
        API_PORT: '0',
        TRUNKS: JSON.stringify(
          [{ name: 'carrier', port: carrier.address.port }, ...(options.moreTrunks ?? [])].map(({ name, port }) => ({
            ...{ name, port, host: '127.0.0.1' },
          })),
        ),
        ...environment,
      },
      prepare: async (db, config) => {
        demo = await seedDemo(db, {
          pinPepper: config.PIN_PEPPER,
          realm: config.SIP_REALM,
          now: new Date(),
          trunk: { address: '127.0.0.1', port: inside.address.port },
        });
        facility = { ...demo.facilities[0], ...changes };
        await saveFacility(db, facility);
        await options.prepare?.(db, config);
        if (artistFolder !== undefined) await recordShortPrompts(artistFolder, await listServedFacilities(db));
      },
      say,
    });
    if (!demo || !facility) throw new Error('the demonstration world was not seeded');
    const journals = await Journals.listen(system.databaseUrl, system.db);
    const prompts = new PromptStore({
      cacheFolder: system.config.PROMPT_FOLDER,
      ...(artistFolder === undefined ? {} : { artistFolder }),
    });
    return new Stage({ system, demo, facility, inside, carrier, journals, prompts, folder: own });
  }

  /** Whoever picks up this number from now on. */
  person(number: string, answer: (call: IncomingCall) => void): void {
    this.#people.set(number, answer);
  }

  /** A call from the phone inside; the label is how it is shown. */
  dial(number: string, label = ''): OutgoingCall {
    const { host, port } = this.system.sip;
    // As many phones behind the trunk as numbers are called: nobody's wrong PINs are another's.
    const headers = { 'P-Asserted-Identity': `<sip:${number.replace('+', '')}@inside.invalid>` };
    const call = this.inside.dial(`sip:${number}@${host}:${port}`, { headers });
    this.#labels.set(call.callId, label);
    return call;
  }

  labelOf(callId: string): string {
    const begun = this.journals.of(callId).find(({ kind }) => kind === 'begun');
    return this.#labels.get(String(begun?.data['sipCallId'])) ?? '';
  }

  /** The sound files of a prompt, as an ear can recognise them; a recorded voice within it is left out. */
  async sounds(language: Language, key: PromptKey, values: Record<string, Value> = {}): Promise<string[]> {
    const { pieces } = compose(language, prompt(key, values));
    const spoken = pieces.flatMap((piece) => (piece.kind === 'spoken' ? [piece.utterance] : []));
    return Promise.all(spoken.map(async (utterance) => (await this.#prompts.audioFor(language, utterance)).path));
  }

  /** The last piece of a prompt: when it has been heard, the prompt has. */
  async sound(language: Language, key: PromptKey, values: Record<string, Value> = {}): Promise<string> {
    const last = (await this.sounds(language, key, values)).at(-1);
    if (last === undefined) throw new Error(`${key} has no spoken piece`);
    return last;
  }

  /** The menu of the offer with the facility's keys. */
  menu(language: Language): Promise<string> {
    const { accept, refuse, block } = this.facility.offerKeys;
    const key = (pressed: string): Value => ({ kind: 'key', key: pressed });
    return this.sound(language, 'offer.menu', { accept: key(accept), refuse: key(refuse), block: key(block) });
  }

  /** The sounds of an offer's first sentence: with a recorded name, what stands before and after it. */
  async offerSounds(language: Language): Promise<string[]> {
    const facility: Value = { kind: 'name', text: this.facility.name };
    const name: Value = { kind: 'recorded', path: '', shown: '' };
    return this.sounds(language, 'offer.from', { name, facility });
  }

  async offerBlocked(language: Language): Promise<string> {
    return this.sound(language, 'offer.blocked', {
      facility: { kind: 'name', text: this.facility.name },
      block: { kind: 'key', key: this.facility.offerKeys.block },
    });
  }

  /** Time that people take. */
  async pause(ms: number): Promise<void> {
    await new Promise((resolve) => setTimeout(resolve, ms));
  }

  /** The id under which the platform knows a call of the phone inside. */
  async idOf(call: OutgoingCall): Promise<string> {
    const begun = await this.journals.wait(({ kind, data }) => kind === 'begun' && data['sipCallId'] === call.callId);
    return begun.callId;
  }

  /** Resolves when the two can speak with each other. */
  async bridged(call: OutgoingCall): Promise<void> {
    const id = await this.idOf(call);
    await this.journals.wait(({ kind, callId }) => kind === 'bridged' && callId === id);
  }

  /** The report of a call once it is closed and its recording, if it has one, is stored or known to be absent. */
  async settled(callId: string, withinMs = 15_000): Promise<CallReport> {
    const deadline = performance.now() + withinMs;
    for (;;) {
      const report = await this.report(callId);
      const { state } = report.recording ?? { state: 'absent' };
      if (report.call.closedAt && (state === 'stored' || state === 'absent')) return report;
      if (performance.now() > deadline) return report;
      await this.pause(100);
    }
  }

  /** What the phones did not expect, since the last time. */
  surprises(): string[] {
    return [this.inside, this.carrier].flatMap(({ surprises }) =>
      surprises.splice(0).map(({ what, message }) => `${what} (${message ?? ''})`),
    );
  }

  async report(callId: string): Promise<CallReport> {
    const report = await callReport(this.system.db, callId);
    if (!report) throw new Error(`no report of call ${callId}`);
    return report;
  }

  async close(): Promise<void> {
    await Promise.all([this.inside.stop(), this.carrier.stop()]);
    await this.journals.close();
    await this.system.stop();
    if (this.#folder !== undefined) await rm(this.#folder, { recursive: true, force: true });
  }
}

/** Whether the servers under test are our own: those of the real pair are not ours to kill, nor their logs ours to read. */
export const ownServers = process.env['ENGINE'] !== 'drachtio';

/** The pair of servers under test: our own, or a drachtio-server and a FreeSWITCH at the addresses that the environment gives. */
function engineFromEnvironment(): Record<string, string> {
  if (ownServers)
    return { ENGINE: 'embedded', SIP_PORT: '0', DRACHTIO_PORT: '0', MEDIA_SIP_PORT: '0', FREESWITCH_PORT: '0' };
  const names = ['ENGINE', 'SIP_HOST', 'SIP_PORT', 'DRACHTIO_HOST', 'DRACHTIO_PORT', 'DRACHTIO_SECRET'];
  names.push('FREESWITCH_HOST', 'FREESWITCH_PORT', 'FREESWITCH_SECRET', 'FREESWITCH', 'DRACHTIO', 'MEDIA_HOST');
  return Object.fromEntries(names.flatMap((name) => (process.env[name] ? [[name, process.env[name]]] : [])));
}
