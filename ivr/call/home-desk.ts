import { setPerson } from '#db/calls.ts';
import type { Person } from '#db/people.ts';
import { findRegistration } from '#db/registrations.ts';
import type { Caller, Desk } from '#flows/call-home/inside.ts';
import type { Language } from '#flows/language.ts';
import type { Voice } from '#flows/line.ts';
import type { SecretDigits } from '#flows/menu/secret-digits.ts';
import type { PromptKey } from '#flows/prompt.ts';
import { prompt } from '#flows/prompt.ts';
import { recordedVoice } from '#media/prompts/sequence.ts';
import { hashFile } from '#media/recordings/file.ts';
import { reach } from '#sip-proxy/registrar/reach.ts';
import { dispositions } from '../cdr/dispositions.ts';
import { outcomeOf } from '../cdr/outcome.ts';
import { Leg } from '../leg/leg.ts';
import { SpokenLine } from '../leg/spoken-line.ts';
import { refusals } from '../policy/refusals.ts';
import { unlessAborted } from '../unless-aborted.ts';
import type { Conclusion } from './conclusion.ts';
import { conclusion, leftBefore } from './conclusion.ts';
import type { HomeCallParts } from './home-call.ts';
import type { Listener } from './last-words.ts';
import { Stopped } from './last-words.ts';
import { legReference, plannedReference, sentReference } from './leg-reference.ts';
import type { Acceptance } from './offering.ts';
import { offerTo } from './offering.ts';
import { permission } from './permission.ts';
import { PinCheck } from './pin-check.ts';
import type { Phone, Placed } from './place.ts';
import { place } from './place.ts';
import { recordedTalk } from './recorded-talk.ts';

/** What stands behind the line of a call home: people, policy, the outside leg, the record. */
export class HomeDesk implements Desk {
  readonly #parts: HomeCallParts;
  readonly #line: SpokenLine;
  readonly #pins: PinCheck;
  #person: Person | undefined;
  #number: string | undefined;
  #name: { path: string; shown: string } | undefined;
  #keptVoice: string | undefined;
  #outside: Leg | undefined;
  #concluded: Conclusion | undefined;
  #accepted: Acceptance | undefined;
  #sealed: Promise<void> | undefined;
  #listeners: readonly Listener[] = [];

  constructor(parts: HomeCallParts, line: SpokenLine) {
    this.#parts = parts;
    this.#line = line;
    this.#pins = new PinCheck(parts);
  }

  get concluded(): Conclusion | undefined {
    return this.#concluded;
  }

  get acceptance(): Partial<Acceptance> {
    return this.#accepted ?? {};
  }

  /** The first conclusion of a call stands. */
  concludeOnce(how: Conclusion): void {
    this.#concluded ??= how;
  }

  /** Whoever was being offered the call as the platform stopped. */
  get listeners(): readonly Listener[] {
    return this.#listeners;
  }

  /** Resolves once the recording of the talk, if there was one, lies there whole. */
  get sealed(): Promise<void> {
    return this.#sealed ?? Promise.resolve();
  }

  /** The file of the name that the caller said and wants to be known by. */
  get keptVoice(): string | undefined {
    return this.#keptVoice;
  }

  async clearUp(): Promise<void> {
    await this.#outside?.end();
  }

  pinLocked(): Promise<boolean> {
    return this.#pins.locked();
  }

  async identify({ bytes: pin }: SecretDigits): Promise<Caller | 'unknown' | 'busy' | 'locked'> {
    const { record } = this.#parts;
    const person = await this.#pins.who(pin);
    if (person === 'unknown' || person === 'locked') return person;
    if ((await record.ask('person', (db) => setPerson(db, record.callId, person.id))) === 'person-busy') {
      this.concludeOnce(conclusion('person-busy'));
      return 'busy';
    }
    this.#person = person;
    if (person.spokenName?.approved) this.#name = await this.#spokenName(person.spokenName.path, person.name);
    record.write('identified', { person: person.id, name: person.name });
    return { needsName: person.spokenName === undefined, language: person.language };
  }

  /** The voice that says the name; a call is placed without it rather than not at all. */
  async #spokenName(path: string, shown: string): Promise<{ path: string; shown: string } | undefined> {
    const { platform, record } = this.#parts;
    try {
      await recordedVoice(path);
      return { path, shown };
    } catch (error) {
      platform.log.error({ call: record.callId, path, err: error }, 'a spoken name cannot be read');
      return undefined;
    }
  }

  async keepName({ path, seconds }: Voice): Promise<void> {
    const { platform, record, facility } = this.#parts;
    const person = this.#identified();
    this.#keptVoice = path;
    const approved = facility.recordNames === 'approved-by-default';
    const { sha256 } = await hashFile(path);
    const name = { path, sha256, seconds, approved, at: platform.clock.now() };
    await record.note({ kind: 'spokenName', personId: person.id, name });
    if (approved) this.#name = { path, shown: person.name };
  }

  async mayCall(typed: string): Promise<PromptKey | undefined> {
    const { number, refusal } = await permission(this.#parts, this.#identified().id, typed);
    this.#number = number;
    if (refusal === undefined) return undefined;
    const { disposition, announcement } = refusals[refusal];
    this.concludeOnce(conclusion(disposition));
    return announcement;
  }

  async giveUp(why: Parameters<Desk['giveUp']>[0]): Promise<void> {
    this.concludeOnce(conclusion(why));
  }

  async connect(): Promise<PromptKey | undefined> {
    const { platform, record, leg, stopping } = this.#parts;
    const number = this.#number;
    if (number === undefined) throw new Error('no number to connect');
    const recordingPath = `${platform.terms.spoolFolder}/recordings/${record.callId}.wav`;
    const intent = {
      ...({ kind: 'recordingIntended', channels: 2 } as const),
      ...{ id: record.callId, callId: record.callId, spoolPath: recordingPath, at: platform.clock.now() },
    };
    await unlessAborted(record.note(intent), stopping);
    const ringing = leg.endpoint.ring();
    record.state('ringing');
    const aside = { kind: 'leg', callId: record.callId, side: 'outside' } as const;
    const placing = place(
      {
        phone: await this.#phone(number),
        trunks: platform.terms.trunks,
        number,
        callingNumber: platform.terms.callingNumber,
        ringSeconds: platform.terms.ringSeconds,
        beside: leg.endpoint.id,
        signal: AbortSignal.any([leg.ended, stopping]),
        onPlanned: (plan, endpoint) => record.note({ ...aside, ...plannedReference(plan, endpoint) }),
        onSent: (invite) => void record.note({ ...aside, ...sentReference(invite) }),
      },
      { ...platform, record },
    );
    const placed = await unlessAborted(placing, stopping).catch((error: unknown) => {
      placing.then((late) => this.#unwanted(late)).catch(() => undefined);
      throw error;
    });
    if (placed.kind === 'ended') {
      if (leg.ending) this.concludeOnce(conclusion(leftBefore(leg.ending, 'caller-cancelled')));
      const { disposition, q850, announcement } = outcomeOf(placed.end);
      this.concludeOnce(conclusion(disposition, { q850, sipStatus: placed.end.status }));
      ringing.stop();
      return announcement ?? undefined;
    }
    const outside = (this.#outside = new Leg('outside', placed.dialog, placed.endpoint, platform.clock));
    void record.note({ ...aside, ...legReference(outside) });
    record.state('greeting');
    const offered = await offerTo(outside, { number, spokenName: this.#name }, this.#parts);
    if (offered.outcome === 'shutdown') {
      this.#listeners = [{ leg: outside, language: offered.language }];
      throw new Stopped();
    }
    ringing.stop();
    if (offered.outcome !== 'accepted') {
      this.concludeOnce(offered.concluded);
      void outside.end();
      return dispositions[offered.outcome].announcement ?? undefined;
    }
    this.#accepted = offered.acceptance;
    await ringing.ended.catch(() => undefined);
    record.state('talking');
    const languages = { inside: this.#line.language, outside: offered.language };
    const { sealed, ...end } = await recordedTalk(this.#parts, outside, languages, recordingPath);
    this.#sealed = sealed;
    this.concludeOnce(end);
    if (end.disposition === 'shutdown') return undefined;
    if (end.disposition === 'recording-failed')
      await this.#tell(outside, offered.language, dispositions[end.disposition].announcement);
    void outside.end();
    return dispositions[end.disposition].announcement ?? undefined;
  }

  /** Somebody answered just as the platform stopped. */
  #unwanted(placed: Placed): void {
    if (placed.kind !== 'answered') return;
    const { clock } = this.#parts.platform;
    void new Leg('outside', placed.dialog, placed.endpoint, clock).end(41, 'shutdown');
  }

  async #tell(outside: Leg, language: Language, announcement: PromptKey): Promise<void> {
    const { platform, record } = this.#parts;
    const voiceFolder = platform.terms.spoolFolder;
    const line = new SpokenLine({ ...platform, leg: outside, record, language, voiceFolder });
    await line.say(prompt(announcement)).catch(() => undefined);
  }

  async #phone(number: string): Promise<Phone | undefined> {
    const { db, clock } = this.#parts.platform;
    const found = await findRegistration(db, number, clock.now());
    return found && reach(found.contact, found.source);
  }

  #identified(): Person {
    if (!this.#person) throw new Error('nobody is identified on this call');
    return this.#person;
  }
}
