import {
  Inviter,
  Messager,
  Registerer,
  RegistererState,
  SessionState,
  UserAgent,
  type Invitation,
  type Session,
  type SessionDescriptionHandler,
} from 'sip.js';
import { WebSocket } from 'ws';

export interface BrowserOptions {
  /** `ws://address:port`. */
  readonly server: string;
  /** User part of its address. */
  readonly name: string;
  /** What it offers and answers; it has neither ear nor mouth. */
  readonly sdp: string;
}

/** What SIP.js takes for a browser's WebRTC: one description, whatever the other side says. */
const describing = (sdp: string): SessionDescriptionHandler => ({
  getDescription: () => Promise.resolve({ body: sdp, contentType: 'application/sdp' }),
  hasDescription: (type) => type === 'application/sdp',
  setDescription: () => Promise.resolve(),
  sendDtmf: () => false,
  close: () => undefined,
});

/** SIP.js, the user agent of web pages, with the WebSocket of `ws`: registers, calls, answers, sends messages. */
export class Browser {
  readonly #agent: UserAgent;
  readonly #registerer: Registerer;
  #session: Session | undefined;
  #invited: ((invitation: Invitation) => void) | undefined;
  #told: ((text: string) => void) | undefined;

  private constructor(agent: UserAgent) {
    this.#agent = agent;
    this.#registerer = new Registerer(agent, { expires: 60 });
    agent.delegate = {
      onInvite: (invitation) => this.#invited?.(invitation),
      onMessage: (message) => {
        void message.accept().then(() => this.#told?.(message.request.body));
      },
    };
  }

  /** Resolves when its WebSocket is open. */
  static async start({ server, name, sdp }: BrowserOptions): Promise<Browser> {
    // What it finds in a browser, and Node 20 does not have.
    Object.assign(globalThis, { WebSocket });
    const uri = UserAgent.makeURI(`sip:${name}@example.invalid`);
    if (!uri) throw new Error(`${name} is no user of an address`);
    const agent = new UserAgent({
      uri,
      transportOptions: { server },
      sessionDescriptionHandlerFactory: () => describing(sdp),
      logLevel: 'error',
      delegate: {},
    });
    await agent.start();
    return new Browser(agent);
  }

  async register(): Promise<void> {
    const registered = reaching(this.#registerer, RegistererState.Registered);
    await this.#registerer.register();
    await registered;
  }

  /** Calls, and resolves when it is answered. */
  async call(target: string): Promise<void> {
    const inviter = new Inviter(this.#agent, uriOf(target));
    this.#session = inviter;
    const established = reaching(inviter, SessionState.Established);
    await inviter.invite();
    await established;
  }

  /** Answers the next call that comes; resolves when it stands. */
  async answerNext(): Promise<void> {
    const invitation = await new Promise<Invitation>((resolve) => (this.#invited = resolve));
    this.#session = invitation;
    const established = reaching(invitation, SessionState.Established);
    await invitation.accept();
    await established;
  }

  /** Resolves when the call is over. */
  async ended(): Promise<void> {
    if (this.#session) await reaching(this.#session, SessionState.Terminated);
  }

  async hangUp(): Promise<void> {
    await this.#session?.bye();
  }

  /** Sends a message. @returns the status of the answer */
  message(target: string, text: string): Promise<number> {
    const messager = new Messager(this.#agent, uriOf(target), text);
    return new Promise((resolve, reject) => {
      const told = ({ message }: { message: { statusCode?: number | undefined } }): void =>
        resolve(message.statusCode ?? 0);
      messager.message({ requestDelegate: { onAccept: told, onReject: told } }).catch(reject);
    });
  }

  nextMessage(): Promise<string> {
    return new Promise((resolve) => (this.#told = resolve));
  }

  /** Unregisters and closes its WebSocket. */
  async stop(): Promise<void> {
    await this.#agent.stop();
  }
}

const uriOf = (target: string) => {
  const uri = UserAgent.makeURI(target);
  if (!uri) throw new Error(`${target} is no address`);
  return uri;
};

/** Resolves when something of SIP.js is in this state. */
const reaching = <T>(
  one: { readonly state: T; readonly stateChange: { addListener(listen: (state: T) => void): void } },
  wanted: T,
): Promise<void> =>
  new Promise((resolve) => {
    if (one.state === wanted) return resolve();
    one.stateChange.addListener((state) => void (state === wanted && resolve()));
  });
