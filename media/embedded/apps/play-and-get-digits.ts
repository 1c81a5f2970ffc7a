import type { App, Digit } from '#media/embedded/app-stack.ts';
import type { Channel } from '#media/embedded/channel.ts';
import { words } from '#media/embedded/words.ts';
import { Player } from './player.ts';

const TICK_MS = 20;
const SHORTEST_TIMEOUT_MS = 1000;
const MOST_DIGITS = 128;

type Wanted = {
  readonly min: number;
  readonly max: number;
  readonly tries: number;
  readonly timeoutMs: number;
  readonly terminators: string;
  readonly prompt: string;
  readonly invalidPrompt: string;
  readonly variable: string;
  readonly pattern: string;
  readonly digitTimeoutMs: number;
};

const integer = (text: string | undefined, otherwise: number): number => {
  const value = Number.parseInt(text ?? '', 10);
  return Number.isNaN(value) ? otherwise : value;
};

const parse = (argument: string): Wanted => {
  const [min, max, tries, timeout, terminators, prompt, invalid, variable, pattern, digitTimeout] = words(argument);
  const least = Math.max(0, integer(min, 0));
  const timeoutMs = Math.max(SHORTEST_TIMEOUT_MS, integer(timeout, SHORTEST_TIMEOUT_MS));
  return {
    min: least,
    max: Math.min(MOST_DIGITS, Math.max(least, integer(max, 0))),
    tries: integer(tries, 0),
    timeoutMs,
    terminators: terminators || '#',
    prompt: prompt ?? '',
    invalidPrompt: invalid ?? '',
    variable: variable ?? '',
    pattern: pattern ?? '',
    digitTimeoutMs: integer(digitTimeout, 0) || timeoutMs,
  };
};

const matches = (digits: string, pattern: string): boolean => {
  try {
    return pattern === '' || new RegExp(pattern).test(digits);
  } catch {
    return false;
  }
};

/**
 * `play_and_get_digits <min> <max> <tries> <timeout> <terminators> <file> <invalid file> <var> <regexp> <digit timeout>`
 *
 *     prompt --key--> collecting --enough, terminator, timeout--> judged --good--> over
 *       ^                                                            | bad
 *       '---------------- invalid file played <----------------------'  (until no try is left)
 *
 * The first key stops the prompt and counts.
 */
class Collecting {
  readonly #channel: Channel;
  readonly #wanted: Wanted;
  readonly #over: () => void;
  #tries: number;
  #player: Player | undefined;
  #playing: 'prompt' | 'invalid' | undefined;
  #digits = '';
  #ticksLeft = 0;

  constructor(channel: Channel, wanted: Wanted, over: () => void) {
    this.#channel = channel;
    this.#wanted = wanted;
    this.#over = over;
    this.#tries = wanted.tries;
    if (wanted.pattern !== '') channel.variables.set(`${wanted.variable}_invalid`, undefined);
  }

  begin(): void {
    if (this.#tries <= 0) return this.#over();
    this.#digits = '';
    this.#channel.variables.set('read_result', undefined);
    this.#channel.variables.set(this.#wanted.variable, undefined);
    const silent = this.#wanted.prompt === '' || this.#wanted.prompt.toLowerCase() === 'silence';
    if (silent) return this.#collect(this.#wanted.timeoutMs);
    // a prompt that cannot be played makes the try fail without waiting for keys
    if (!this.#play('prompt', this.#wanted.prompt)) this.#bad();
  }

  get takesDigits(): boolean {
    return this.#playing !== 'invalid';
  }

  tick(): void {
    if (this.#player) {
      if (this.#player.tick()) this.#played();
      return;
    }
    this.#channel.speakIdle();
    this.#ticksLeft -= 1;
    if (this.#ticksLeft <= 0) this.#judge('timeout', '');
  }

  digit({ digit }: Digit): void {
    if (this.#player) this.#stopPlaying();
    const { terminators, max } = this.#wanted;
    // with one digit wanted a terminator fills the only place (and is taken out again at the end), as in FreeSWITCH
    if (terminators.includes(digit) && !(max === 1 && this.#digits === '' && this.#ticksLeft === 0)) {
      return this.#judge('success', digit);
    }
    this.#digits += digit;
    if (this.#digits.length >= max) return this.#judge('success', '');
    this.#collect(this.#wanted.digitTimeoutMs);
  }

  break(): void {
    if (this.#player?.break()) this.#played();
  }

  stop(): void {
    this.#player?.stop();
    this.#player = undefined;
  }

  #play(what: 'prompt' | 'invalid', name: string): boolean {
    const player = new Player(this.#channel, name);
    if (player.start()) return false;
    this.#player = player;
    this.#playing = what;
    this.#ticksLeft = 0;
    return true;
  }

  #stopPlaying(): void {
    this.stop();
    this.#playing = undefined;
  }

  #played(): void {
    const was = this.#playing;
    this.#stopPlaying();
    if (was === 'invalid') this.begin();
    else this.#collect(this.#wanted.timeoutMs);
  }

  #collect(ms: number): void {
    this.#ticksLeft = Math.ceil(ms / TICK_MS);
  }

  #judge(status: 'success' | 'timeout', terminator: string): void {
    const { variables } = this.#channel;
    const { terminators, min, max, variable, pattern } = this.#wanted;
    let result: 'success' | 'timeout' | 'failure' = status;
    if (terminator !== '') {
      variables.set('read_terminator_used', terminator);
      const flag = terminators[terminators.indexOf(terminator) - 1];
      if (flag === '+' || flag === 'x') this.#digits += terminator;
    } else if (terminators.startsWith('=')) result = 'failure';
    if (this.#digits.length < min) result = 'failure';
    variables.set('read_result', result);
    if (max === 1 && this.#digits.length === 1 && terminators.includes(this.#digits)) this.#digits = '';
    if (this.#digits !== '') variables.set(variable, this.#digits);
    const enough = result !== 'failure';
    // the terminator of an earlier call still counts here: the variable is never cleared (wire facts C.3)
    if (min === 0 && this.#digits === '' && variables.get('read_terminator_used')) return this.#over();
    if (enough && this.#digits !== '') {
      if (matches(this.#digits, pattern)) return this.#over();
      variables.set(variable, undefined);
      variables.set(`${variable}_invalid`, this.#digits);
    }
    this.#bad();
  }

  #bad(): void {
    this.#tries -= 1;
    if (this.#wanted.invalidPrompt === '' || !this.#play('invalid', this.#wanted.invalidPrompt)) this.begin();
  }
}

export const playAndGetDigits: App = (channel, argument, end) => {
  if (argument.trim() === '') return '_none_';
  const collecting = new Collecting(channel, parse(argument), () => end());
  collecting.begin();
  return {
    tick: () => collecting.tick(),
    // keys pressed during the invalid prompt wait for the next try
    get digit() {
      return collecting.takesDigits ? (digit: Digit) => collecting.digit(digit) : undefined;
    },
    break: () => collecting.break(),
    abort: () => collecting.stop(),
  };
};
