import type { Language } from '#flows/language.ts';
import type { Prompt } from '#flows/prompt.ts';
import { compose, prompt } from '#flows/prompt.ts';
import { hear } from '../bench/crowd.ts';
import type { PressBy } from '../phone/call.ts';
import type { OutgoingCall } from '../phone/outgoing-call.ts';
import type { Stage } from '../stage.ts';

/** From the release of a key to the first sound of the prompt that answers it. */
export interface Reaction {
  readonly to: Prompt['key'];
  readonly ms: number;
  /** When it was heard, ms on the `performance.now()` clock. */
  readonly atMs: number;
}

export interface CallerOptions {
  /** How keys are sent. Default: RFC 4733. */
  readonly by?: PressBy;
  /** Time to find each key, in milliseconds: nobody types a card as fast as a machine. Default 0. */
  readonly searchMs?: number;
  /** Told what is heard and pressed, in words; never a digit that is a secret. */
  readonly tell?: (line: string) => void;
}

/** Somebody who calls the 866 line, hears with an ear of flesh whether a prompt was told, and presses keys. */
export class FamilyCaller {
  readonly call: OutgoingCall;
  language: Language = 'en';
  readonly reactions: Reaction[] = [];
  readonly #stage: Stage;
  readonly #options: CallerOptions;
  #keys = 0;
  #heardMs = NaN;
  /** What is heard from now on: ms on the `performance.now()` clock. */
  #from = -Infinity;
  #releasedMs: number | undefined;

  constructor(stage: Stage, call: OutgoingCall, options: CallerOptions = {}) {
    this.call = call;
    this.#stage = stage;
    this.#options = options;
  }

  /** Calls the line from this number, E.164. Rejects when nobody answers. */
  static async dial(stage: Stage, number: string, options: CallerOptions = {}): Promise<FamilyCaller> {
    const { host, port } = stage.system.sip;
    const headers = { 'P-Asserted-Identity': `<sip:${number}@carrier.example>` };
    const line = stage.system.config.FAMILY_LINE_NUMBER ?? '';
    // Who sends keys as tones has a phone without events, else the line would not listen for tones.
    const call = stage.carrier.dial(`sip:${line}@${host}:${port}`, { headers, events: options.by !== 'inband' });
    const caller = new FamilyCaller(stage, call, options);
    if (!(await call.answered)) throw new Error(`the 866 line did not answer: ${call.ending?.status ?? ''}`);
    return caller;
  }

  /** Keys pressed so far. */
  get keys(): number {
    return this.#keys;
  }

  /** When the last prompt that was heard began, ms on the `performance.now()` clock. */
  get heardMs(): number {
    return this.#heardMs;
  }

  /** Waits until a prompt has been told, in the caller's language or its own; @throws CallFailed when it is not. */
  async hears(told: Prompt, until: 'start' | 'end' = 'end'): Promise<void> {
    const language = told.language ?? this.language;
    const sounds = await this.#stage.sounds(language, told.key, { ...told.values });
    const [first, last] = [sounds[0], sounds.at(-1)];
    if (first === undefined || last === undefined) throw new Error(`${told.key} has no spoken piece`);
    const begun = await hear(this.call, first, `the beginning of ${told.key}`, this.#after());
    if (this.#releasedMs !== undefined)
      this.reactions.push({ to: told.key, ms: begun.atMs - this.#releasedMs, atMs: begun.atMs });
    this.#releasedMs = undefined;
    this.#from = this.#heardMs = begun.atMs;
    this.#options.tell?.(`🔊 “${compose(language, told).text}”`);
    if (until === 'start') return;
    const heard = await hear(this.call, last, `the end of ${told.key}`, { ...this.#after(), until });
    this.#from = heard.untilMs;
  }

  /** Presses keys; `secret`: what to tell of them instead. */
  async presses(keys: string, secret?: string): Promise<void> {
    const { by = 'rfc4733', searchMs = 0, tell } = this.#options;
    tell?.(`⌨  ${secret ?? `presses ${[...keys].join(' ')}`}`);
    let firstMs: number | undefined;
    for (const key of keys) {
      if (searchMs > 0) await this.#stage.pause(searchMs);
      const pressed = await this.call.press(key, { by });
      // The prompt that answers the last key may begin as soon as that is pressed.
      firstMs = pressed.firstMs;
      this.#releasedMs = pressed.endMs;
      this.#keys++;
    }
    if (firstMs !== undefined) this.#from = firstMs;
  }

  /** Listens to a menu until it has said what this choice's key is, and presses it. */
  async chooses(what: Prompt, key: string): Promise<void> {
    await this.hears(what);
    await this.hears(prompt('menu.press', { key: { kind: 'key', key } }));
    await this.presses(key);
  }

  #after(): { from?: number } {
    return this.#from === -Infinity ? {} : { from: this.#from };
  }
}
