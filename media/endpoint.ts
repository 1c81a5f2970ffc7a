import { setMaxListeners } from 'node:events';
import type { Endpoint as FsEndpoint, MediaServer as FsServer } from 'drachtio-fsmrf';

/** The media server cannot be reached or refused us, or it refused a command. */
export class MediaServerUnavailable extends Error {
  override readonly name = 'MediaServerUnavailable';
}

/** The endpoint went away while something was asked of it. */
export class EndpointGone extends Error {
  override readonly name = 'EndpointGone';
}

/** A sound file cannot be played. */
export class UnplayableFile extends Error {
  override readonly name = 'UnplayableFile';
}

export interface Playback {
  /** `stopped` after {@link stop}. Rejects with {@link EndpointGone} or {@link UnplayableFile}. */
  readonly ended: Promise<'played' | 'stopped'>;
  stop(): void;
}

export interface Digit {
  readonly digit: string;
  readonly source: 'rtp' | 'tone' | 'other';
  /** How long it was held, milliseconds: it is told of when it is let go. 0: not known. */
  readonly heldMs: number;
}

/** An api command that the media server runs by itself after a time, even when we are gone. */
export interface Appointment {
  readonly afterSeconds: number;
  readonly command: string;
}

/** Ringing as North American callers know it: 440 and 480 Hz, two seconds on, four off. */
const ringback = 'tone_stream://%(2000,4000,440,480);loops=-1';
/**
 * The same for every key that somebody else types: quiet, short, no frequency of a touch tone (ITU-T Q.23: 697 to 1633 Hz), and silence after
 * it, so that two that follow each other are two.
 */
const keyTone = 'tone_stream://v=-24;%(60,60,480)';
const beep = 'tone_stream://%(400,100,1000)';

/** The reason of {@link Endpoint.gone} when the media server vanished instead of hanging up. */
export const endpointCutOff = 'closed';

/** Durations of keys are in samples of the telephone. */
const samplesPerMs = 8;

/** File names reach the media server inside commands: anything else than these characters is refused, not escaped. */
const fileName = /^\/[\w./+@-]+$/;

function checked(path: string): string {
  if (!fileName.test(path)) throw new UnplayableFile(`not a sound file name: ${JSON.stringify(path)}`);
  return path;
}

export const isChannelId = (id: string): boolean => /^[0-9a-f-]{36}$/i.test(id);

export function checkedId(id: string): string {
  if (!isChannelId(id)) throw new TypeError(`not a channel: ${JSON.stringify(id)}`);
  return id;
}

/** Who hears somebody who listens: nobody, the one whose leg it is, or whoever that one talks with as well. */
export type HeardBy = 'nobody' | 'party' | 'both';

/** One leg's ear and mouth on the media server. */
export class Endpoint {
  readonly #endpoint: FsEndpoint;
  readonly #server: FsServer;
  readonly #gone = new AbortController();
  #playing: Playback | undefined;
  /** The last tone of a key. */
  #keyTone: Playback | undefined;
  #hearsTones = false;
  readonly #lost: AbortSignal;

  /** `lost` is aborted when the media server is. */
  constructor(endpoint: FsEndpoint, server: FsServer, lost: AbortSignal) {
    this.#endpoint = endpoint;
    this.#server = server;
    this.#lost = lost;
    endpoint.conn?.socket.setNoDelay(true);
    setMaxListeners(0, this.#gone.signal);
    endpoint.on('destroy', (ending?: { reason?: string }) => this.#gone.abort(ending?.reason ?? endpointCutOff));
  }

  get id(): string {
    return this.#endpoint.uuid;
  }

  get localSdp(): string {
    return this.#endpoint.local.sdp;
  }

  /** Aborted, with FreeSWITCH's hang-up cause as its reason, once the endpoint has ended. */
  get gone(): AbortSignal {
    return this.#gone.signal;
  }

  onDigit(listener: (digit: Digit) => void): () => void {
    const heard = ({ dtmf, source, duration }: { dtmf: string; source?: string; duration?: string }) =>
      listener({
        digit: dtmf,
        source: source === 'RTP' ? 'rtp' : source === 'INBAND_AUDIO' ? 'tone' : 'other',
        heldMs: (Number(duration) || 0) / samplesPerMs,
      });
    this.#endpoint.on('dtmf', heard);
    return () => this.#endpoint.removeListener('dtmf', heard);
  }

  /** Points the endpoint at the far end's media; returns the SDP that answers it. */
  async connectTo(remoteSdp: string): Promise<string> {
    await this.#alive(this.#endpoint.modify(remoteSdp));
    await this.hearKeysOf(remoteSdp);
    return this.localSdp;
  }

  /** A far end without telephone events (RFC 4733) has its keys in its sound, if it has any. With both each key would count twice. */
  async hearKeysOf(remoteSdp: string): Promise<void> {
    const tones = !/^a=rtpmap:\d+ telephone-event\/8000/im.test(remoteSdp);
    if (tones === this.#hearsTones) return;
    this.#hearsTones = tones;
    await this.#execute(tones ? 'start_dtmf' : 'stop_dtmf', '');
  }

  /** Plays a sound file. Only one playback at a time: a new one ends the one before. */
  play(path: string): Playback {
    return this.#play(checked(path));
  }

  ring(): Playback {
    return this.#play(ringback);
  }

  /** The neutral tone of a key that somebody else typed. One that comes while another is to be heard comes after it, so that none is left out. */
  keyTone(): Playback {
    const inTurn = this.#playing !== undefined && this.#playing === this.#keyTone;
    return (this.#keyTone = this.#play(keyTone, inTurn));
  }

  /** A playback that is sent while another one runs would play inside it, so the one before is ended first. */
  #play(what: string, inTurn = false): Playback {
    const before = this.#playing;
    let state: 'waiting' | 'starting' | 'playing' | 'stopped' | 'over' = 'waiting';
    const stop = () => {
      if (state === 'playing') this.#break();
      if (state !== 'over') state = 'stopped';
    };
    // FreeSWITCH forgets a break that comes before it has begun to play.
    const begun = () => {
      if (state === 'stopped') this.#break();
      else state = 'playing';
    };
    const run = async (): Promise<'played' | 'stopped'> => {
      if (!inTurn) before?.stop();
      await before?.ended.catch(() => undefined);
      if (state === 'stopped') return 'stopped';
      state = 'starting';
      this.#endpoint.once('playback-start', begun);
      const over = await this.#execute('playback', what).finally(() =>
        this.#endpoint.removeListener('playback-start', begun),
      );
      if ((state as string) === 'stopped') return 'stopped';
      state = 'over';
      const response = over.getHeader('Application-Response');
      if (response !== 'FILE PLAYED') throw new UnplayableFile(`${what}: ${response ?? 'no answer'}`);
      return 'played';
    };
    const ended = run();
    ended.catch(() => undefined);
    return (this.#playing = { ended, stop });
  }

  /**
   * A beep, then records what this leg says until `#`, so many seconds of silence, the limit, or the signal. Returns the length in seconds;
   * rejects with the signal's reason when that is aborted before the recording has begun.
   */
  async recordVoice(path: string, maxSeconds: number, signal: AbortSignal, silenceSeconds = 3): Promise<number> {
    await this.#play(beep).ended;
    await this.#execute('set', 'playback_terminators=#');
    signal.throwIfAborted();
    const stop = () => this.#break();
    signal.addEventListener('abort', stop, { once: true });
    const recorded = this.#execute('record', `${checked(path)} ${maxSeconds} 100 ${silenceSeconds}`);
    const event = await recorded.finally(() => signal.removeEventListener('abort', stop));
    await this.#execute('set', 'playback_terminators=none');
    return Number(event.getHeader('variable_record_ms') ?? 0) / 1000;
  }

  /**
   * Records the call in stereo from now on: left what this leg says, right what it hears. Throws when the media server does
   * not record. `complete` resolves once the file is whole: recording stopped, or the media server is lost.
   */
  async startRecording(path: string): Promise<{ readonly complete: Promise<void> }> {
    // Told by the server's own connection: that of the endpoint may be closed before the file is.
    const { conn } = this.#server;
    const complete = new Promise<void>((resolve) => {
      const stopped = `esl::event::RECORD_STOP::${this.id}`;
      const over = () => {
        conn.removeListener(stopped, over);
        this.#lost.removeEventListener('abort', over);
        resolve();
      };
      conn.on(stopped, over);
      this.#lost.addEventListener('abort', over);
      if (this.#lost.aborted) over();
    });
    await this.#execute('set', 'RECORD_STEREO=true');
    await this.#command('uuid_record', [this.id, 'start', checked(path)]);
    return { complete };
  }

  /** Does nothing to an endpoint that is gone: its recordings ended with it. */
  async stopRecording(path: string): Promise<void> {
    if (!this.gone.aborted) await this.#command('uuid_record', [this.id, 'stop', checked(path)]).catch(() => undefined);
  }

  async bridge(other: Endpoint): Promise<void> {
    await this.#alive(this.#endpoint.bridge(other.#endpoint));
  }

  /** From the next bridge on, keys of this leg's phone are not passed on: they may be a card's. */
  async keepKeys(): Promise<void> {
    await this.#execute('set', 'bridge_filter_dtmf=true');
  }

  /** Takes both legs of a bridge apart; each stays on the line. */
  async unbridge(): Promise<void> {
    await this.#command('uuid_transfer', [this.id, '-both', 'park', 'inline']);
  }

  /**
   * From now on these keys, and no others, are told as soon as they are let go, whatever the leg does: who listens to another leg would
   * have no keys else, or would give FreeSWITCH its own orders with them.
   */
  async tellKeys(keys: readonly string[]): Promise<void> {
    for (const key of keys) {
      const tell = `Event-Name=DTMF,DTMF-Digit=${key},DTMF-Source=APP`;
      await this.#execute('bind_digit_action', `keys,${key},exec[i]:event,'${tell}'`);
    }
  }

  /**
   * Plays `told`, which nobody else hears, then hears what the leg `id` says and hears, until that leg is gone; then plays `over` and hangs
   * up, even when this process has died. Another order takes its place at once: while that is told nobody hears this leg.
   */
  async listenTo(id: string, heardBy: HeardBy, { told, over }: { told: string; over: string }): Promise<void> {
    const steps = [
      'set:eavesdrop_enable_dtmf=false',
      `set:eavesdrop_whisper_aleg=${heardBy === 'both'}`,
      `set:eavesdrop_whisper_bleg=${heardBy !== 'nobody'}`,
      `playback:${checked(told)}`,
      `eavesdrop:${checkedId(id)}`,
      `playback:${checked(over)}`,
      'hangup:NORMAL_CLEARING',
    ];
    await this.#command('uuid_transfer', [this.id, steps.join(','), 'inline']);
  }

  /** Mixed into what this leg hears, and into the recording: `f` puts it ahead of the recording's tap. */
  overlay(path: string): string {
    return `uuid_displace ${this.id} start ${checked(path)} 0 mf`;
  }

  /** Plays a last announcement and hangs up. */
  farewell(path: string): string {
    return `uuid_transfer ${this.id} playback:${checked(path)},hangup:NORMAL_CLEARING inline`;
  }

  hangUp(): string {
    return `uuid_kill ${this.id} ALLOTTED_TIMEOUT`;
  }

  /** Makes appointments that the media server keeps even when this process has died. */
  async arrange(appointments: readonly Appointment[]): Promise<void> {
    for (const { afterSeconds, command } of appointments)
      await this.#command('sched_api', [`+${Math.max(1, Math.round(afterSeconds))}`, this.id, command]);
  }

  /** Packets of sound received so far. */
  async packetsReceived(): Promise<number> {
    await this.#alive(this.#endpoint.api('uuid_set_media_stats', [this.id]));
    const event = await this.#alive(this.#endpoint.api('uuid_getvar', [this.id, 'rtp_audio_in_media_packet_count']));
    return Number(event.getBody()) || 0;
  }

  /** Ends the endpoint and what was arranged for it; never rejects. */
  async end(): Promise<void> {
    if (this.gone.aborted) return;
    this.#playing?.stop();
    void this.#server.api(`sched_del ${this.id}`);
    void this.#endpoint.destroy().catch(() => undefined);
    // fsmrf's destroy waits for a BYE that may never come; the kill on the server's own connection is certain, unless the server dies before it
    // answers: then the endpoint's own connection breaks.
    await this.#alive(Promise.resolve(this.#server.api(`uuid_kill ${this.id}`))).catch(() => undefined);
    this.#gone.abort('NORMAL_CLEARING');
  }

  /** The media server is lost: what it had of this leg is gone, or goes by itself when its socket closes. */
  cutOff(): void {
    if (this.gone.aborted) return;
    this.#gone.abort(endpointCutOff);
    const { conn, dialog } = this.#endpoint;
    conn?.disconnect();
    // Else the SIP server would keep the dialog for ever.
    if (dialog?.connected) void dialog.destroy().catch(() => undefined);
  }

  /** Ends what the leg plays or records. */
  #break(): void {
    if (!this.gone.aborted) void this.#endpoint.api('uuid_break', [this.id]).catch(() => undefined);
  }

  #execute(app: string, arg: string) {
    return this.#alive(this.#endpoint.execute(app, arg));
  }

  async #command(name: string, args: readonly string[]): Promise<void> {
    const reply = (await this.#alive(this.#endpoint.api(name, args))).getBody();
    if (!reply.startsWith('+OK'))
      throw new MediaServerUnavailable(`${name} ${args[1] ?? ''} was refused: ${reply.trim()}`);
  }

  /** fsmrf never settles a promise that a hang-up cuts off, so each one is raced with the end of the endpoint. */
  #alive<T>(asked: Promise<T>): Promise<T> {
    return new Promise((resolve, reject) => {
      const gone = () => reject(new EndpointGone(`endpoint ended: ${String(this.gone.reason)}`));
      if (this.gone.aborted) return gone();
      this.gone.addEventListener('abort', gone, { once: true });
      asked.then(resolve, reject).finally(() => this.gone.removeEventListener('abort', gone));
    });
  }
}
