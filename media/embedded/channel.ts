import type { ToneKeys } from '#media/dtmf/tone-keys.ts';
import type { AudioFrame } from './audio-frame.ts';
import { AudioFrame as Frame } from './audio-frame.ts';
import { AppStack, type Step } from './app-stack.ts';
import type { CauseName } from './causes.ts';
import {
  callStateNumber,
  addVariables,
  carriesVariables,
  channelHeaders,
  type CallState,
  type ChannelState,
} from './channel-headers.ts';
import type { Engine } from './engine.ts';
import type { EventHeaders } from './event-socket/event.ts';
import { setHangupVariables } from './hangup-variables.ts';
import type { Log } from './log.ts';
import { Keys } from './keys.ts';
import { Mending } from './mending.ts';
import { mediaTimedOut } from './media-timeout.ts';
import type { ChannelRtcp } from './rtcp/attach.ts';
import type { RtpLeg } from './rtp-leg.ts';
import type { Recording } from './taps/recording.ts';
import { Taps } from './taps/tap.ts';
import type { Ticking } from './tick.ts';
import { Variables } from './variables.ts';

/** Who called, and where to: shown in events. */
export type CallProfile = {
  readonly callerName: string;
  readonly callerNumber: string;
  readonly destination: string;
  readonly networkAddress: string;
  readonly context: string;
};

/** An outbound event socket, as far as the channel knows it. */
export type Controller = { readonly linger: boolean; close(): void };

/** The SIP side of a channel. */
export type Signalling = { readonly hangup: (cause: CauseName) => void };

const MEDIA_WATCH_TICKS = 50;
const MOST_APPS_A_TICK = 8;
/** A bridged partner that says nothing for so long is silent, not late. */
const PARTNER_QUIET_TICKS = 5;

/** One party on the media server: its sound, its applications, its variables. */
export class Channel implements Ticking {
  readonly uuid: string;
  readonly name: string;
  readonly profile: CallProfile;
  readonly leg: RtpLeg;
  readonly variables = new Variables();
  readonly taps = new Taps();
  readonly recordings = new Map<string, Recording>();
  readonly apps: AppStack;
  readonly keys: Keys;
  readonly engine: Engine;
  readonly times = { created: Date.now(), answered: 0, transferred: 0, bridged: 0, hungUp: 0 };
  /** Reports to the party and from it. */
  rtcp: ChannelRtcp | undefined;
  signalling: Signalling = { hangup: () => undefined };
  state: ChannelState = 'CS_EXECUTE';
  callState: CallState = 'RINGING';
  hangupCause: CauseName | undefined;
  /** The channel it is bridged with. */
  partner: Channel | undefined;
  /** The one it was bridged with last. */
  lastPartner: Channel | undefined;
  /** An outbound event socket has it. */
  controlled = false;
  /** The outbound connections it has. */
  readonly controllers = new Set<Controller>();
  /** `start_dtmf`: keys are heard in what the party says. */
  tones: ToneKeys | undefined;
  /** `set_mute read`: what the party says is silence to everyone. */
  muted = false;
  /** `set_mute write`: the party hears silence. */
  deafened = false;
  readonly #heard = new Frame();
  readonly #idle = new Frame();
  readonly #mending: Mending;
  readonly #hear = (frame: AudioFrame): void => this.#take(frame);
  #unspokenTicks = 0;
  #spoken = false;
  #ticks = 0;

  constructor(engine: Engine, options: { uuid: string; name: string; profile: CallProfile; leg: RtpLeg }) {
    this.engine = engine;
    this.uuid = options.uuid;
    this.name = options.name;
    this.profile = options.profile;
    this.leg = options.leg;
    this.#mending = new Mending(options.leg);
    this.apps = new AppStack(this, engine.apps);
    this.keys = new Keys(this);
    this.variables.set('uuid', this.uuid);
    this.variables.set('direction', 'inbound');
    this.variables.set('channel_name', this.name);
    this.leg.onDigit = (digit) => this.keys.pressed({ digit: digit.digit, duration: digit.duration, source: 'RTP' });
    this.leg.onBrowserFault = (fault, reason) => {
      this.log('warn', 'browser given up', { reason });
      this.hangup(fault === 'unreachable' ? 'MEDIA_TIMEOUT' : 'DESTINATION_OUT_OF_ORDER');
    };
  }

  log: Log = (level, event, fields) => this.engine.log(level, event, { channel: this.uuid, ...fields });

  /** 20 ms. A fault of ours ends this call and no other. */
  tick(): void {
    if (this.hangupCause) return;
    try {
      this.#tick();
    } catch (error) {
      this.log('error', 'channel fault', {
        error: String(error),
        stack: error instanceof Error ? error.stack : undefined,
      });
      this.hangup('NORMAL_TEMPORARY_FAILURE');
    }
  }

  /** Lets the party hear a frame. */
  speak(frame: AudioFrame): void {
    this.#unspokenTicks = 0;
    this.#spoken = true;
    if (this.deafened) frame.mute();
    if (this.taps.size > 0) this.taps.spoken(frame);
    this.leg.send(frame);
  }

  /** Silence for a party that waits, if `send_silence_when_idle` wants it (-1: zeros). */
  speakIdle(): void {
    if (this.variables.integer('send_silence_when_idle')) this.#speakSilence();
  }

  /** An event about this channel. */
  fire(name: string, extra: EventHeaders = {}, subclass?: string): void {
    this.engine.bus.fire(name, {
      channel: this.uuid,
      ...(subclass === undefined ? {} : { subclass }),
      headers: () => Object.assign(this.headers(name), extra),
    });
  }

  headers(event: string): EventHeaders {
    const headers = channelHeaders(this);
    if (carriesVariables(event)) addVariables(this, headers);
    return headers;
  }

  setCallState(state: CallState): void {
    if (this.callState === state) return;
    const original = this.callState;
    this.callState = state;
    this.fire('CHANNEL_CALLSTATE', {
      'Original-Channel-Call-State': original,
      'Channel-Call-State-Number': callStateNumber(state),
    });
  }

  /** Leaves its applications and its bridge and does these instead. */
  transfer(steps: readonly Step[]): void {
    this.engine.bridges.leave(this);
    this.times.transferred = Date.now();
    this.state = 'CS_EXECUTE';
    this.apps.reroute(steps);
  }

  /** The end: applications and recordings are closed, the party gets a BYE, everyone is told. Does nothing the second time. */
  hangup(cause: CauseName): void {
    if (this.hangupCause) return;
    this.hangupCause = cause;
    this.fire('CHANNEL_HANGUP');
    this.times.hungUp = Date.now();
    this.engine.bridges.leave(this);
    this.apps.abort();
    this.state = 'CS_HANGUP';
    this.setCallState('HANGUP');
    this.taps.closeAll();
    this.signalling.hangup(cause);
    this.rtcp?.close();
    this.leg.close();
    const { counts, jitter } = this.leg;
    const lost = jitter.counts.lost;
    this.log('info', 'channel ended', { cause, packetsIn: counts.packetsIn, packetsOut: counts.packetsOut, lost });
    this.state = 'CS_REPORTING';
    this.variables.set('hangup_cause', cause);
    setHangupVariables(this);
    this.fire('CHANNEL_HANGUP_COMPLETE');
    this.state = 'CS_DESTROY';
    this.fire('CHANNEL_DESTROY');
    this.lastPartner = undefined;
    this.engine.remove(this);
    // after the last events of this turn, e.g. the end of the `hangup` application itself
    setImmediate(() => {
      for (const controller of this.controllers) if (!controller.linger) controller.close();
    });
  }

  /** First what was said, then what is to be heard. */
  #tick(): void {
    this.leg.tick();
    this.keys.offer();
    const wanted = this.taps.size > 0;
    let came = false;
    while (this.leg.nextFrame(this.#heard)) {
      came = true;
      this.#mending.came(this.#heard, wanted, this.#hear);
      this.#take(this.#heard);
    }
    if (!came && this.leg.comfortLevel >= 0) this.#mending.pause(this.#hear);
    this.#runApps();
    this.#unspokenTicks += 1;
    if (this.#unspokenTicks > PARTNER_QUIET_TICKS && this.partner && this.taps.displaces) this.#lay();
    this.taps.tick();
    this.rtcp?.tick();
    this.#ticks += 1;
    if (this.#ticks % MEDIA_WATCH_TICKS === 0 && mediaTimedOut(this)) this.hangup('MEDIA_TIMEOUT');
  }

  /** An application that ends with its tick leaves the 20 ms to the one below, so that no packet is missing between two. */
  #runApps(): void {
    this.#spoken = false;
    for (let n = 0, app = this.apps.top; app && n < MOST_APPS_A_TICK; n += 1) {
      app.tick?.();
      const next = this.apps.top;
      if (next === app || this.#spoken) return;
      app = next;
    }
  }

  #take(frame: AudioFrame): void {
    if (this.tones && this.leg.agreement?.eventType === null) {
      const key = this.tones.hear(frame.samples());
      if (key) this.keys.pressed({ ...key, source: 'INBAND_AUDIO' });
    }
    if (this.muted) frame.mute();
    if (this.taps.size > 0) this.taps.heard(frame);
    this.apps.top?.heard?.(frame);
  }

  /** Nobody talks to the party, but a warning is to be heard: silence to lay it over. */
  #lay(): void {
    const ticks = this.#unspokenTicks;
    this.#speakSilence();
    this.#unspokenTicks = ticks;
  }

  #speakSilence(): void {
    this.#idle.setSilence(this.leg.law);
    this.speak(this.#idle);
  }
}
