import { Inviter, Registerer, RegistererState, SessionState, UserAgent, Web, type Core, type Invitation } from 'sip.js';
import type { after } from '../clock.ts';
import type { Happened } from './state.ts';

/** By what it registers, as the API tells it. */
export interface SipAccount {
  readonly aor: string;
  readonly websocketUrl: string;
  readonly username: string;
  readonly password: string;
}

/** A registration that is not renewed is over after this, seconds: nobody rings a page that is gone. */
const REGISTERED_SECONDS = 120;
/** How long until a connection that broke is tried again, milliseconds: longer each time. */
const AGAIN_MS = [500, 1_000, 2_000, 5_000, 10_000] as const;
/** Addresses of this machine are known at once; there is nobody else to ask for some. */
const GATHERING_MS = 1_000;
const BUSY_HERE = 486;
const DECLINE = 603;
const CANCELLED = 487;
/** The server knows nothing of the call any more: 481 (RFC 3261 §12.2.1.2); drachtio-server, which asks its applications, has none that does: 503. */
const NO_SUCH_CALL: readonly (number | undefined)[] = [481, 503];
const sound = { sessionDescriptionHandlerOptions: { constraints: { audio: true, video: false } } };

type Answered = Parameters<NonNullable<Core.OutgoingRequestDelegate['onReject']>>[0];

/** A telephone that registers by SIP over WebSocket (RFC 7118), and is rung. This file alone brings SIP.js along, so it is loaded when it is used. */
export class SipPhone {
  readonly #happened: (happened: Happened) => void;
  readonly #after: typeof after;
  readonly #agent: UserAgent;
  readonly #registerer: Registerer;
  readonly #ear = document.createElement('audio');
  readonly #domain: string;
  #call: Invitation | Inviter | undefined;
  #stopped = false;
  #tries = 0;
  #again = (): void => undefined;

  /** `clock`: the page's; it is given, so that nothing of the page is in two files. */
  constructor(account: SipAccount, happened: (happened: Happened) => void, clock: typeof after) {
    this.#happened = happened;
    this.#after = clock;
    const uri = UserAgent.makeURI(account.aor);
    if (!uri) throw new Error('The server names a telephone that has no SIP address.');
    this.#domain = uri.host;
    this.#agent = new UserAgent({
      uri,
      authorizationUsername: account.username,
      authorizationPassword: account.password,
      transportOptions: { server: account.websocketUrl, connectionTimeout: 10, keepAliveInterval: 30 },
      // What it is told is written nowhere: there is a password in it.
      ...{ logBuiltinEnabled: false, logConfiguration: false },
      sessionDescriptionHandlerFactoryOptions: {
        iceGatheringTimeout: GATHERING_MS,
        peerConnectionConfiguration: { iceServers: [] },
      },
      delegate: {
        onConnect: () => void this.#register(),
        onDisconnect: () => this.#disconnected(),
        onInvite: (invitation) => this.#invited(invitation),
      },
    });
    this.#registerer = new Registerer(this.#agent, { expires: REGISTERED_SECONDS });
    this.#registerer.stateChange.addListener((state) => {
      // The server could not: a connection that broke says so itself.
      if (state === RegistererState.Unregistered && this.#agent.isConnected()) this.#later(() => this.#register());
    });
  }

  /** Rejects when the server cannot be reached. */
  async start(): Promise<void> {
    await this.#agent.start();
  }

  /** Hangs up, registers no more, and lets the connection go. Never rejects. */
  async stop(): Promise<void> {
    if (this.#stopped) return;
    this.#stopped = true;
    this.#again();
    await this.hangUp();
    await this.#registerer.unregister().catch(() => undefined);
    await this.#agent.stop().catch(() => undefined);
    this.#ear.srcObject = null;
  }

  async answer(): Promise<void> {
    const call = this.#call;
    if (call?.state !== SessionState.Initial || call instanceof Inviter) return;
    try {
      await call.accept(sound);
    } catch {
      // The microphone is gone, or they have hung up: whoever calls is not left with a telephone that rings.
      await this.hangUp();
    }
  }

  /** Calls what the desk has for who dials this code, and nobody else can be called. Never rejects. */
  async dial(code: string): Promise<void> {
    const uri = UserAgent.makeURI(`sip:${code}@${this.#domain}`);
    if (!uri || this.#call || this.#stopped) return;
    const call = new Inviter(this.#agent, uri, sound);
    this.#happened({ kind: 'dialled' });
    this.#watch(call);
    const refused = (status: number | undefined) =>
      status !== CANCELLED && !this.#stopped && this.#happened({ kind: 'refused' });
    const requestDelegate = {
      onReject: ({ message }: Answered) => refused(message.statusCode),
    };
    // Without a microphone it is over before it has begun: that is told as refused, too.
    await call.invite({ requestDelegate }).catch(() => refused(undefined));
  }

  /** Ends the call, or refuses it. Never rejects. */
  async hangUp(): Promise<void> {
    const call = this.#call;
    if (call?.state === SessionState.Initial || call?.state === SessionState.Establishing)
      await (call instanceof Inviter ? call.cancel() : call.reject({ statusCode: DECLINE })).catch(() => undefined);
    if (call?.state === SessionState.Established) await call.bye().catch(() => undefined);
  }

  mute(on: boolean): void {
    this.#sound?.enableSenderTracks(!on);
    this.#happened({ kind: 'muted', on });
  }

  press(key: string): void {
    this.#sound?.sendDtmf(key);
  }

  get #sound(): Web.SessionDescriptionHandler | undefined {
    const handler = this.#call?.sessionDescriptionHandler;
    return handler instanceof Web.SessionDescriptionHandler ? handler : undefined;
  }

  async #register(): Promise<void> {
    const refused = () => void this.#fail('not-let-in');
    await this.#registerer
      .register({
        requestDelegate: {
          onAccept: () => this.#registered(),
          onReject: ({ message }) => (message.statusCode ?? 0) < 500 && refused(),
        },
      })
      .catch(() => undefined);
  }

  /** Not by the registerer's state: that stays what it was while the connection is away. */
  #registered(): void {
    if (this.#stopped) return;
    this.#tries = 0;
    this.#happened({ kind: 'registered' });
    void this.#ask();
  }

  /** Whoever was talking when the connection broke may have hung up since, and nobody could say so: an INFO without anything in it (RFC 2976 §2) asks. */
  async #ask(): Promise<void> {
    const call = this.#call;
    if (call?.state !== SessionState.Established) return;
    // What SIP.js says itself when the connection breaks again came by no way (Via).
    const over = ({ message }: Answered) =>
      NO_SUCH_CALL.includes(message.statusCode) && message.hasHeader('Via') && void this.hangUp();
    await call.info({ requestDelegate: { onReject: over } }).catch(() => undefined);
  }

  async #fail(why: 'not-let-in'): Promise<void> {
    if (this.#stopped) return;
    this.#happened({ kind: 'failed', why });
    await this.stop();
  }

  #disconnected(): void {
    this.#later(() => this.#agent.reconnect().catch(() => this.#disconnected()));
  }

  #later(act: () => Promise<void>): void {
    if (this.#stopped) return;
    this.#happened({ kind: 'disconnected' });
    const ms = AGAIN_MS[Math.min(this.#tries++, AGAIN_MS.length - 1)] ?? 0;
    this.#again();
    this.#again = this.#after(ms, () => void act());
  }

  #invited(invitation: Invitation): void {
    if (this.#call || this.#stopped) return void invitation.reject({ statusCode: BUSY_HERE });
    this.#happened({ kind: 'invited' });
    this.#watch(invitation);
  }

  #watch(call: Invitation | Inviter): void {
    this.#call = call;
    call.stateChange.addListener((state) => {
      if (state === SessionState.Established) {
        this.#hear();
        this.#happened({ kind: 'answered' });
      }
      if (state === SessionState.Terminated) {
        this.#call = undefined;
        this.#ear.srcObject = null;
        this.#happened({ kind: 'ended' });
      }
    });
  }

  #hear(): void {
    const { peerConnection, remoteMediaStream } = this.#sound ?? {};
    // No sound comes or goes any more (RFC 7675): a talk without it is none, whether or not the server can say so.
    peerConnection?.addEventListener('connectionstatechange', () => {
      if (peerConnection.connectionState === 'failed' && peerConnection === this.#sound?.peerConnection)
        void this.hangUp();
    });
    this.#ear.srcObject = remoteMediaStream ?? null;
    void this.#ear.play().catch(() => undefined);
  }
}
