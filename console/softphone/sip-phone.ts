import { Registerer, RegistererState, SessionState, UserAgent, Web, type Invitation } from 'sip.js';
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

/** A telephone that registers by SIP over WebSocket (RFC 7118), and is rung. This file alone brings SIP.js along, so it is loaded when it is used. */
export class SipPhone {
  readonly #happened: (happened: Happened) => void;
  readonly #after: typeof after;
  readonly #agent: UserAgent;
  readonly #registerer: Registerer;
  readonly #ear = document.createElement('audio');
  #call: Invitation | undefined;
  #stopped = false;
  #tries = 0;
  #again = (): void => undefined;

  /** `clock`: the page's; it is given, so that nothing of the page is in two files. */
  constructor(account: SipAccount, happened: (happened: Happened) => void, clock: typeof after) {
    this.#happened = happened;
    this.#after = clock;
    const uri = UserAgent.makeURI(account.aor);
    if (!uri) throw new Error('The server names a telephone that has no SIP address.');
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
      if (state === RegistererState.Registered) {
        this.#tries = 0;
        happened({ kind: 'registered' });
      }
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
    if (call?.state !== SessionState.Initial) return;
    try {
      await call.accept({ sessionDescriptionHandlerOptions: { constraints: { audio: true, video: false } } });
    } catch {
      // The microphone is gone, or they have hung up: whoever calls is not left with a telephone that rings.
      await this.hangUp();
    }
  }

  /** Ends the call, or refuses it. Never rejects. */
  async hangUp(): Promise<void> {
    const call = this.#call;
    if (call?.state === SessionState.Initial || call?.state === SessionState.Establishing)
      await call.reject({ statusCode: DECLINE }).catch(() => undefined);
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
      .register({ requestDelegate: { onReject: ({ message }) => (message.statusCode ?? 0) < 500 && refused() } })
      .catch(() => undefined);
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
    this.#call = invitation;
    this.#happened({ kind: 'invited' });
    invitation.stateChange.addListener((state) => {
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
    this.#ear.srcObject = this.#sound?.remoteMediaStream ?? null;
    void this.#ear.play().catch(() => undefined);
  }
}
