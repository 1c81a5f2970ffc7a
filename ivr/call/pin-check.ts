import type { Facility } from '#db/facilities.ts';
import type { Person } from '#db/people.ts';
import { findPersonByPin, pinDigest } from '#db/people.ts';
import type { PinSource } from '#db/pin-guesses.ts';
import { countPinGuess, countWrongPin, forgetPinGuesses, pinCount } from '#db/pin-guesses.ts';
import type { Station } from '#db/stations.ts';
import type { CallRecord } from '../cdr/call-record.ts';
import type { Platform } from '../platform.ts';
import { countGuess, isLocked, pinLock } from '../policy/pin-lock.ts';

/** A phone as its PINs are counted: one that registers for itself; behind a trunk, the phone that the trunk names. */
export const pinSourceOf = ({ id, username }: Station, identity: string | undefined): PinSource => ({
  stationId: id,
  identity: username === undefined ? (identity ?? '') : '',
});

export interface PinCheckParts {
  readonly platform: Pick<Platform, 'clock' | 'db' | 'log' | 'meter' | 'terms'>;
  readonly record: Pick<CallRecord, 'callId' | 'write'>;
  readonly station: Station;
  readonly facility: Facility;
  /** As the trunk says which of its phones calls. */
  readonly identity: string | undefined;
}

/**
 * Who has a PIN, unless too many were guessed from this phone. A PIN is counted before it is compared; without the database neither is
 * possible, and nobody is let in (DatabaseUnavailable).
 */
export class PinCheck {
  readonly #parts: PinCheckParts;
  readonly #source: PinSource;
  readonly #limit: number;

  constructor(parts: PinCheckParts) {
    this.#parts = parts;
    this.#source = pinSourceOf(parts.station, parts.identity);
    const nameless = parts.station.username === undefined && this.#source.identity === '';
    this.#limit = nameless ? pinLock.guessesOfTrunk : pinLock.guesses;
  }

  async locked(): Promise<boolean> {
    const { db, clock } = this.#parts.platform;
    return isLocked(await pinCount(db, this.#source), clock.now());
  }

  /** Reads the PIN (its digits in ASCII) before it returns: whoever gave it may wipe it at once. */
  async who(pin: string | Uint8Array): Promise<Person | 'unknown' | 'locked'> {
    const { platform, facility } = this.#parts;
    const { db, clock, terms } = platform;
    const digest = pinDigest(terms.pinPepper, facility.id, pin);
    const at = clock.now();
    const { before, after } = await countPinGuess(db, this.#source, at, (count) => countGuess(count, at, this.#limit));
    if (isLocked(before, at)) return 'locked';
    const person = await findPersonByPin(db, facility.id, digest);
    if (person) {
      await forgetPinGuesses(db, this.#source).catch((error: unknown) => this.#notCounted(error));
      return person;
    }
    await this.#wrong(at).catch((error: unknown) => this.#notCounted(error));
    if (!isLocked(after, at)) return 'unknown';
    this.#locks(after.guesses, ((after.lockedUntil?.getTime() ?? 0) - at.getTime()) / 1000);
    return 'locked';
  }

  /** Guessing that no single phone's lock sees: many phones, or slowly. Nothing is locked by it; somebody is told. */
  async #wrong(at: Date): Promise<void> {
    const { platform, facility } = this.#parts;
    const { db, log, meter, terms } = platform;
    meter.wrongPin(facility.id, 'wrong');
    const wrong = await countWrongPin(db, facility.id, at);
    if (wrong !== terms.wrongPinsAnHour) return;
    meter.wrongPin(facility.id, 'alarm');
    log.error(
      { facility: facility.id, wrong },
      'very many wrong PINs at a facility in this hour: somebody may be guessing',
    );
  }

  #locks(guesses: number, seconds: number): void {
    const { platform, record, station, facility } = this.#parts;
    platform.meter.wrongPin(facility.id, 'lock');
    const { identity } = this.#source;
    record.write('pin-locked', { identity, guesses, seconds });
    const about = { call: record.callId, facility: facility.id, station: station.id, identity, guesses, seconds };
    platform.log.warn(about, 'a phone takes no PIN for a while: too many wrong ones came from it');
  }

  #notCounted(error: unknown): void {
    const { platform, record } = this.#parts;
    platform.log.error({ call: record.callId, err: error }, 'what became of a PIN could not be counted');
  }
}
