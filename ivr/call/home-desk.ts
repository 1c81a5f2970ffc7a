import { blockByKey, undoBlockByKey } from '#accounts/blocks.ts';
import { saveLeg, setNumber, setPerson } from '#db/calls.ts';
import type { Person } from '#db/people.ts';
import { findPersonByPin, pinDigest, saveSpokenName } from '#db/people.ts';
import { policyFacts } from '#db/policy.ts';
import { intendRecording } from '#db/recordings.ts';
import { findRegistration } from '#db/registrations.ts';
import type { Caller, Desk } from '#flows/call-home/inside.ts';
import type { OfferOutcome } from '#flows/call-home/offer.ts';
import { offerCall } from '#flows/call-home/offer.ts';
import type { Language } from '#flows/language.ts';
import type { Voice } from '#flows/line.ts';
import type { PromptKey } from '#flows/prompt.ts';
import { prompt } from '#flows/prompt.ts';
import { recordedVoice } from '#media/prompts/sequence.ts';
import { hashFile } from '#media/recordings/file.ts';
import { dispositions } from '../cdr/dispositions.ts';
import { outcomeOf } from '../cdr/outcome.ts';
import { Leg, LegEnded } from '../leg/leg.ts';
import { SpokenLine } from '../leg/spoken-line.ts';
import { dialledNumber } from '../policy/dialled-number.ts';
import { mayCall } from '../policy/may-call.ts';
import { refusals } from '../policy/refusals.ts';
import type { Conclusion } from './conclusion.ts';
import { conclusion, leftBefore } from './conclusion.ts';
import type { HomeCallParts } from './home-call.ts';
import { legReference } from './leg-reference.ts';
import type { Phone } from './place.ts';
import { place } from './place.ts';
import { recordedTalk } from './recorded-talk.ts';

/** What stands behind the line of a call home: people, policy, the outside leg, the record. */
export class HomeDesk implements Desk {
  readonly #parts: HomeCallParts;
  readonly #line: SpokenLine;
  #person: Person | undefined;
  #number: string | undefined;
  #name: { path: string; shown: string } | undefined;
  #outside: Leg | undefined;
  #outsideLanguage: Language;
  #concluded: Conclusion | undefined;
  #accepted: { acceptedKey: string; acceptedAt: Date } | undefined;

  constructor(parts: HomeCallParts, line: SpokenLine) {
    this.#parts = parts;
    this.#outsideLanguage = parts.facility.defaultLanguage;
    this.#line = line;
  }

  get concluded(): Conclusion | undefined {
    return this.#concluded;
  }

  get acceptance() {
    return this.#accepted ?? {};
  }

  /** The first conclusion of a call stands. */
  concludeOnce(how: Conclusion): void {
    this.#concluded ??= how;
  }

  async clearUp(): Promise<void> {
    await this.#outside?.end();
  }

  async identify(pin: string): Promise<Caller | 'unknown' | 'busy'> {
    const { platform, record, facility } = this.#parts;
    const digest = pinDigest(platform.terms.pinPepper, facility.id, pin);
    const person = await findPersonByPin(platform.db, facility.id, digest);
    if (!person) return 'unknown';
    if ((await record.store('person', (db) => setPerson(db, record.callId, person.id))) === 'person-busy') {
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
    const approved = facility.recordNames === 'approved-by-default';
    const { sha256 } = await hashFile(path);
    await record.store('spoken name', (db) =>
      saveSpokenName(db, person.id, { path, sha256, seconds, approved, at: platform.clock.now() }),
    );
    if (approved) this.#name = { path, shown: person.name };
  }

  async mayCall(typed: string): Promise<PromptKey | undefined> {
    const { platform, record, facility, station } = this.#parts;
    record.state('policy');
    const number = dialledNumber(typed);
    const at = platform.clock.now();
    const facts =
      number.kind === 'valid'
        ? await policyFacts(platform.db, {
            personId: this.#identified().id,
            stationId: station.id,
            facilityId: facility.id,
            number: number.e164,
            at,
          }).catch((error: unknown) => {
            // Fails closed: what cannot be looked up is not allowed.
            platform.log.error({ call: record.callId, err: error }, 'the policy could not be looked up');
            return undefined;
          })
        : undefined;
    const e164 = number.kind === 'invalid' ? undefined : number.e164;
    if (e164 !== undefined) {
      this.#number = e164;
      void record.store('number', (db) => setNumber(db, record.callId, e164));
    }
    const verdict = mayCall(facts, number, at);
    record.write('verdict', { number: e164, verdict: verdict.kind === 'yes' ? 'yes' : verdict.reason });
    if (verdict.kind === 'yes') return undefined;
    const { disposition, announcement } = refusals[verdict.reason];
    this.concludeOnce(conclusion(disposition));
    return announcement;
  }

  async giveUp(why: 'pin-failed' | 'no-number'): Promise<void> {
    this.concludeOnce(conclusion(why));
  }

  async connect(): Promise<PromptKey | undefined> {
    const { platform, record, leg } = this.#parts;
    const number = this.#number;
    if (number === undefined) throw new Error('no number to connect');
    const recordingPath = `${platform.terms.spoolFolder}/recordings/${record.callId}.wav`;
    await record.store('recording intent', (db) =>
      intendRecording(db, {
        id: record.callId,
        callId: record.callId,
        spoolPath: recordingPath,
        channels: 2,
        at: platform.clock.now(),
      }),
    );
    const callerLeft = AbortSignal.any([leg.ended]);
    const ringing = leg.endpoint.ring();
    record.state('ringing');
    const placed = await place(
      {
        phone: await this.#phone(number),
        trunks: platform.terms.trunks,
        number,
        callingNumber: platform.terms.callingNumber,
        ringSeconds: platform.terms.ringSeconds,
        signal: callerLeft,
        onSent: ({ callId: sipCallId, transactionId }, { id: endpointUuid }) => {
          const leg = { callId: record.callId, side: 'outside', sipCallId, transactionId, endpointUuid } as const;
          void record.store('outside invite', (db) => saveLeg(db, leg));
        },
      },
      { ...platform, record },
    );
    if (placed.kind === 'ended') {
      if (leg.ending) this.concludeOnce(conclusion(leftBefore(leg.ending, 'caller-cancelled')));
      const { disposition, q850, announcement } = outcomeOf(placed.end);
      this.concludeOnce(conclusion(disposition, { q850, sipStatus: placed.end.status }));
      ringing.stop();
      return announcement ?? undefined;
    }
    const outside = (this.#outside = new Leg('outside', placed.dialog, placed.endpoint, platform.clock));
    void record.store('outside leg', (db) =>
      saveLeg(db, { callId: record.callId, side: 'outside', ...legReference(outside) }),
    );
    record.state('greeting');
    const outcome = await this.#offer(outside);
    ringing.stop();
    if (outcome !== 'accepted') {
      this.concludeOnce(conclusion(outcome));
      void outside.end();
      return dispositions[outcome].announcement ?? undefined;
    }
    await ringing.ended.catch(() => undefined);
    record.state('talking');
    const languages = { inside: this.#line.language, outside: this.#outsideLanguage };
    const end = await recordedTalk(this.#parts, outside, languages, recordingPath);
    this.concludeOnce(end);
    if (end.disposition === 'recording-failed')
      await this.#tellOutside(outside, dispositions[end.disposition].announcement);
    void outside.end();
    return dispositions[end.disposition].announcement ?? undefined;
  }

  async #tellOutside(outside: Leg, announcement: PromptKey): Promise<void> {
    const { platform, record } = this.#parts;
    const voiceFolder = platform.terms.spoolFolder;
    const line = new SpokenLine({ ...platform, leg: outside, record, language: this.#outsideLanguage, voiceFolder });
    await line.say(prompt(announcement)).catch(() => undefined);
  }

  /** Offers the call to whoever answered, unless the caller leaves first. */
  async #offer(outside: Leg): Promise<OfferOutcome | 'hung-up-in-offer' | 'caller-left-offer'> {
    const { platform, record, facility, leg } = this.#parts;
    const { clock, terms } = platform;
    const parts = {
      ...platform,
      leg: outside,
      record,
      language: facility.defaultLanguage,
      voiceFolder: terms.spoolFolder,
    };
    const line = new SpokenLine({ ...parts, signal: leg.ended });
    try {
      const offer = { keys: facility.offerKeys, facility: facility.name, spokenName: this.#name };
      const outcome = await offerCall(line, offer, this.#ownBlock());
      this.#outsideLanguage = line.language;
      if (outcome === 'accepted') {
        this.#accepted = { acceptedKey: facility.offerKeys.accept, acceptedAt: line.answeredAt ?? clock.now() };
        record.write('accepted', { key: this.#accepted.acceptedKey, at: this.#accepted.acceptedAt.toISOString() });
      }
      return outcome;
    } catch (error) {
      if (!(error instanceof LegEnded)) throw error;
      const left = error.side === 'outside' ? 'hung-up-in-offer' : 'caller-left-offer';
      this.concludeOnce(conclusion(leftBefore(error.ending, left)));
      if (error.side === 'outside') return left;
      const parting = new SpokenLine({ ...parts, language: line.language });
      await parting.say(prompt('offer.caller-gone')).catch(() => undefined);
      return 'caller-left-offer';
    }
  }

  /** What the called party's key may do: a block of this number for this facility, durable before it is confirmed. */
  #ownBlock() {
    const { platform, record, facility } = this.#parts;
    const what = { number: this.#number ?? '', facilityId: facility.id, callId: record.callId };
    const inTime = async (done: Promise<boolean>): Promise<boolean> => {
      const late = new AbortController();
      const limit = platform.clock.wait(platform.terms.blockSeconds * 1000, late.signal).then(() => false);
      limit.catch(() => undefined);
      try {
        return await Promise.race([done, limit]);
      } catch (error) {
        platform.log.error({ call: record.callId, err: error }, 'the block was refused');
        return false;
      } finally {
        late.abort();
      }
    };
    return {
      place: () => {
        record.write('block', { number: what.number });
        return inTime(record.store('block', (db) => blockByKey(db, what).then(() => true)));
      },
      undo: () => {
        record.write('unblock', { number: what.number });
        return inTime(
          record.store('unblock', (db) => undoBlockByKey(db, what).then(({ kind }) => kind !== 'not-allowed')),
        );
      },
    };
  }

  async #phone(number: string): Promise<Phone | undefined> {
    const { db, clock } = this.#parts.platform;
    const found = await findRegistration(db, number, clock.now());
    return found && { uri: found.contact, via: `sip:${found.source.address}:${found.source.port};transport=udp` };
  }

  #identified(): Person {
    if (!this.#person) throw new Error('nobody is identified on this call');
    return this.#person;
  }
}
