import type { Language } from '../language.ts';
import type { Line, Voice } from '../line.ts';
import { isWholePhoneNumber, looksDialled } from '../menu/phone-number.ts';
import { SecretDigits } from '../menu/secret-digits.ts';
import type { PromptKey } from '../prompt.ts';
import { prompt } from '../prompt.ts';

/** What the flow needs of the person who calls. */
export interface Caller {
  readonly needsName: boolean;
  readonly language: Language;
}

/** What stands behind the line: who people are, whether they may call, and the call itself. */
export interface Desk {
  /** Too many wrong PINs came from this phone: none is asked for until a while has passed. */
  pinLocked(): Promise<boolean>;
  /** Who has this PIN; reads it before it returns, and keeps none. `busy`: that person has a call in progress. `locked`: nobody is told, not even whether it was right. */
  identify(pin: SecretDigits): Promise<Caller | 'unknown' | 'busy' | 'locked'>;
  keepName(voice: Voice): Promise<void>;
  /** The announcement that refuses this call, or undefined when it may be placed. */
  mayCall(dialled: string): Promise<PromptKey | undefined>;
  /** Rings, offers and connects; returns the announcement with which the caller is left, if any. */
  connect(): Promise<PromptKey | undefined>;
  /** No PIN was recognised or taken, or no number was dialled: the call ends here. */
  giveUp(why: 'pin-failed' | 'pin-locked' | 'no-number'): Promise<void>;
}

const pinTries = 3;
const longestPin = 12;

/** A person inside picks up a phone and calls home. */
export async function callHome(line: Line, desk: Desk, dialled: string | undefined): Promise<void> {
  const chosen = await chooseLanguage(line);
  const caller = await identify(line, desk);
  if (caller === 'busy') return line.say(prompt('person.busy'));
  if (caller === 'unknown' || caller === 'locked') {
    await desk.giveUp(caller === 'locked' ? 'pin-locked' : 'pin-failed');
    return line.say(prompt(caller === 'locked' ? 'pin.locked' : 'pin.goodbye'));
  }
  if (!chosen) line.language = caller.language;
  if (caller.needsName) await recordName(line, desk);

  const number = dialled ?? (await askNumber(line));
  if (number === '') {
    await desk.giveUp('no-number');
    return line.say(prompt('number.silence'));
  }
  const refusal = await desk.mayCall(number);
  if (refusal) return line.say(prompt(refusal));

  await line.say(prompt('calling'));
  const ending = await desk.connect();
  if (ending) await line.say(prompt(ending));
}

/** True when the caller chose; otherwise the line keeps the facility's language. */
async function chooseLanguage(line: Line): Promise<boolean> {
  const answer = await line.ask({
    say: [prompt('language.choose', {}, 'en'), prompt('language.choose', {}, 'es')],
    keys: ['1', '2'],
    waitSeconds: 3,
  });
  if (answer.kind === 'silence') return false;
  line.language = answer.key === '1' ? 'en' : 'es';
  return true;
}

async function identify(line: Line, desk: Desk): Promise<Caller | 'unknown' | 'busy' | 'locked'> {
  if (await desk.pinLocked()) return 'locked';
  const pin = new SecretDigits();
  try {
    for (let attempt = 1; attempt <= pinTries; attempt++) {
      pin.wipe();
      await line.collect({
        say: attempt === 1 ? [prompt('pin.ask')] : [prompt('pin.wrong'), prompt('pin.ask')],
        into: pin,
        complete: ({ length }) => length === longestPin,
        waitSeconds: 8,
        betweenSeconds: 4,
      });
      const caller = pin.length === 0 ? 'unknown' : await desk.identify(pin);
      if (caller !== 'unknown') return caller;
    }
  } finally {
    pin.wipe();
  }
  return 'unknown';
}

/** On the first call a person says their name; it announces every call from then on (guide row 8). */
async function recordName(line: Line, desk: Desk): Promise<void> {
  for (let attempt = 1; attempt <= 3; attempt++) {
    const say = attempt === 1 ? [prompt('name.ask')] : [prompt('name.too-short'), prompt('name.ask')];
    const voice = await line.recordVoice({ say, minSeconds: 0.5, maxSeconds: 4 });
    if (!voice) continue;
    const answer = await line.ask({
      say: [prompt('name.check', { name: { kind: 'recorded', path: voice.path, shown: '(recorded name)' } })],
      keys: ['1', '2'],
      waitSeconds: 4,
    });
    if (answer.kind === 'key' && answer.key === '2') continue;
    return desk.keepName(voice);
  }
  await line.say(prompt('name.skipped'));
}

function askNumber(line: Line): Promise<string> {
  return line.gather({
    say: [prompt('number.ask')],
    max: 18,
    terminator: '#',
    waitSeconds: 10,
    betweenSeconds: 5,
    complete: isWholePhoneNumber,
    secret: (typed) => typed !== '' && !looksDialled(typed),
  });
}
