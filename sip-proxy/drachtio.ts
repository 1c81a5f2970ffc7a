import './no-wire-log.ts';
import DrachtioSrf from 'drachtio-srf';
import type { PlannedDialog } from './planned-dialog.ts';
import { dialogIdOf } from './planned-dialog.ts';
import { causeOf, EstablishedDialog, type Dialog, type DialogReference } from './dialog.ts';
import type { Message, Request, Response, SrfClient, SrfDialog, Unacknowledged } from './srf.ts';

export interface Source {
  readonly address: string;
  readonly port: number;
}

/** An INVITE that has left: what a restarted process needs to cancel it (RFC 3261 §9.1). */
export interface InviteReference {
  readonly callId: string;
  readonly transactionId: string;
}

export interface IncomingCall {
  readonly source: Source;
  readonly requestUri: string;
  readonly callId: string;
  /** Under which the SIP server will know the dialog, once it is answered. */
  readonly dialogId: string;
  readonly sdp: string;
  header(name: string): string | undefined;
  /** Aborted by CANCEL, with the reason `cancelled`. */
  readonly signal: AbortSignal;
  /** Sends 200 with this answer. Rejects when the caller has cancelled meanwhile. */
  answer(sdp: string): Promise<Dialog>;
  reject(status: number, headers?: Record<string, string>): void;
}

export interface IncomingRequest {
  readonly method: string;
  readonly source: Source;
  readonly requestUri: string;
  header(name: string): string | undefined;
  respond(status: number, headers?: Record<string, string>): void;
}

export type DialResult =
  | { readonly kind: 'answered'; readonly dialog: Dialog }
  | { readonly kind: 'failed'; readonly status: number; readonly q850: number | undefined }
  | { readonly kind: 'cancelled' };

export interface Dialling {
  readonly uri: string;
  /** Where the request goes, when that is not the host of the URI: `sip:host:port;transport=udp;lr`. */
  readonly via?: string;
  /** Our offer; or, where the far end is to make one in its 200, what makes our answer to that (RFC 3261 §13.2.1). */
  readonly sdp: string | ((offer: string) => Promise<string>);
  readonly callingNumber: string;
  readonly plan: PlannedDialog;
  readonly auth?: { readonly username: string; readonly password: string };
  /** Aborting cancels the call. */
  readonly signal: AbortSignal;
  readonly onProvisional?: (status: number) => void;
  /** Told of every INVITE that leaves: another one when the first was challenged (RFC 3261 §22.2). */
  readonly onSent?: (invite: InviteReference) => void;
}

/** The SIP server cannot be reached, or refused us. */
export class SipServerUnavailable extends Error {
  override readonly name = 'SipServerUnavailable';
}

/** Connection to the SIP server, drachtio's admin protocol: the one place that meets drachtio-srf. */
export class SipServer {
  readonly #srf: SrfClient;
  readonly #lost = new AbortController();
  /** `udp/127.0.0.1:5060` and so on, as the server announced them. */
  readonly hostPorts: readonly string[];

  private constructor(srf: SrfClient, hostPorts: readonly string[]) {
    this.#srf = srf;
    this.hostPorts = hostPorts;
    const lose = () => this.#lost.abort('sip-server-lost');
    srf.on('error', lose);
    srf.on('close', lose);
    srf.on('reconnecting', lose);
  }

  /** Rejects with {@link SipServerUnavailable} when the server does not answer within `timeoutMs`. */
  static async connect(at: { host: string; port: number; secret: string }, timeoutMs = 5_000): Promise<SipServer> {
    const srf = new DrachtioSrf() as unknown as SrfClient;
    const where = `${at.host}:${at.port}`;
    const hostPorts = await new Promise<string>((resolve, reject) => {
      const timer = setTimeout(() => fail(`no answer within ${timeoutMs} ms`), timeoutMs);
      const fail = (why: string) => {
        clearTimeout(timer);
        giveUp(srf);
        reject(new SipServerUnavailable(`the SIP server at ${where} cannot be used: ${why}`));
      };
      srf.once('error', (error: Error) => fail(error.message));
      srf.once('connect', (error: Error | null, announced: string) => {
        if (error) return fail('it refused our secret');
        clearTimeout(timer);
        srf.removeAllListeners('error');
        resolve(announced);
      });
      srf.connect({ ...at, enablePing: true, pingInterval: 5_000, reconnect: { retryMaxDelay: 1_000 } });
    });
    return new SipServer(srf, hostPorts.split(','));
  }

  /** Aborted once the connection is gone; dialogs of this connection can no longer be controlled. */
  get lost(): AbortSignal {
    return this.#lost.signal;
  }

  /** drachtio-fsmrf wants the client itself to invite the media server. */
  get client(): unknown {
    return this.#srf;
  }

  onCall(handler: (call: IncomingCall) => void): void {
    this.#srf.use('invite', (req, res) => handler(incomingCall(this.#srf, req, res)));
  }

  onRequest(method: 'register' | 'options', handler: (request: IncomingRequest) => void): void {
    this.#srf.use(method, (req, res) =>
      handler({
        method: req.method,
        source: sourceOf(req),
        requestUri: req.uri,
        header: (name) => headerOf(req, name),
        respond: (status, headers = {}) => res.send(status, { headers }),
      }),
    );
  }

  /**
   * Places a call; failures of the network and of the called party are results, not exceptions. Rejects with what our answer to the far end's offer fails
   * with: that call is ended.
   */
  async dial(dialling: Dialling): Promise<DialResult> {
    if (dialling.signal.aborted) return { kind: 'cancelled' };
    let sent: Request | undefined;
    let told: string | undefined;
    const tell = () => {
      if (!sent || sent.stackTxnId === told) return;
      told = sent.stackTxnId;
      dialling.onSent?.({ callId: sent.get('Call-ID') ?? '', transactionId: told });
    };
    const cancel = () => sent?.cancel(() => undefined);
    dialling.signal.addEventListener('abort', cancel);
    const { sdp } = dialling;
    let made: SrfDialog | Unacknowledged;
    try {
      made = await this.#srf.createUAC(
        dialling.uri,
        {
          ...(typeof sdp === 'string' ? { localSdp: sdp } : { noAck: true }),
          callingNumber: dialling.callingNumber,
          ...(dialling.via ? { proxy: dialling.via } : {}),
          ...(dialling.auth ? { auth: dialling.auth } : {}),
          headers: identityOf(dialling),
        },
        {
          cbRequest: (error: Error | null, req: Request | undefined) => {
            sent = error ? undefined : req;
            tell();
            if (dialling.signal.aborted) cancel();
          },
          cbProvisional: (res: Response) => {
            tell();
            dialling.onProvisional?.(res.status);
          },
        },
      );
    } catch (error) {
      if (dialling.signal.aborted) return { kind: 'cancelled' };
      const { status, res } = error as { status?: number; res?: Message };
      if (typeof status !== 'number') return { kind: 'failed', status: 503, q850: undefined };
      return { kind: 'failed', status, q850: res?.has('Reason') ? causeOf(res.get('Reason')) : undefined };
    } finally {
      dialling.signal.removeEventListener('abort', cancel);
    }
    const dialog = new EstablishedDialog('sip' in made ? made : await acknowledged(made, sdp));
    if (!dialling.signal.aborted) return { kind: 'answered', dialog };
    // The 200 crossed our CANCEL (RFC 3261 §9.1): the call was answered, so it is ended.
    await dialog.end();
    return { kind: 'cancelled' };
  }

  /**
   * Ends a dialog of a process that died. Where the SIP server still knows the dialog the BYE goes inside it; where that died
   * too, the BYE is rebuilt from what was kept (RFC 3261 §12.2.1.1). Returns the final status, 0 when nothing could be sent.
   */
  async endOrphan(orphan: DialogReference): Promise<number> {
    const inside = await this.endOrphanInside(orphan);
    if (inside !== 0) return inside;
    return this.#bye({
      method: 'BYE',
      uri: orphan.remoteTarget,
      headers: {
        ...restarted,
        'Call-ID': orphan.callId,
        From: `<sip:homeline@localhost>;tag=${orphan.localTag}`,
        To: `<${orphan.remoteTarget}>;tag=${orphan.remoteTag}`,
        // Higher than anything the lost process can have sent in this dialog (RFC 3261 §8.1.1.5: below 2^31; servers begin anywhere).
        CSeq: '2147000000 BYE',
      },
    });
  }

  /** Ends a dialog of which only its name is known. Returns the final status, 0 when the SIP server knows no such dialog. */
  endOrphanInside({ dialogId }: Pick<DialogReference, 'dialogId'>): Promise<number> {
    return this.#bye({ method: 'BYE', uri: 'sip:placeholder', stackDialogId: dialogId, headers: restarted });
  }

  /** Cancels an INVITE of a process that died. False when the SIP server does not know it: it was answered, refused, or the server is another. */
  cancelOrphan({ transactionId }: Pick<InviteReference, 'transactionId'>): Promise<boolean> {
    return this.#sent({ method: 'CANCEL', uri: 'sip:placeholder', stackTxnId: transactionId });
  }

  /**
   * Ends the dialog that an INVITE of a process that died has made: with the ACK that its 200 may still lack (one more does no harm, RFC 3261
   * §13.2.2.4), then with a BYE. False when it has made none, or none yet.
   */
  async endAnsweredOrphan(orphan: Pick<PlannedDialog, 'dialogId'>): Promise<boolean> {
    if (!(await this.#sent({ method: 'ACK', uri: 'sip:placeholder', stackDialogId: orphan.dialogId }))) return false;
    await this.endOrphanInside(orphan);
    return true;
  }

  /** Whether the SIP server took it; nothing comes back for this one. */
  #sent(options: object): Promise<boolean> {
    return new Promise((resolve) => this.#srf.request(options, (error) => resolve(!error)));
  }

  #bye(options: object): Promise<number> {
    return new Promise((resolve) => {
      // The callback form: a response that comes at once would find no listener after an await.
      this.#srf.request(options, (error, req) => {
        if (error || !req) return resolve(0);
        req.on('response', (res: Response) => resolve(res.status));
      });
    });
  }

  close(): void {
    this.#srf.removeAllListeners();
    giveUp(this.#srf);
  }
}

/**
 * Without a connection drachtio-srf has nothing to disconnect, throws, and tries again: the next connection is then hung up.
 * It forgets the half of a frame that has come when it disconnects, and would throw at the other half, which still comes.
 */
function giveUp(srf: SrfClient): void {
  for (const socket of srf._app.client.wp.mapIncomingMsg.keys()) socket.removeAllListeners('data').resume();
  srf.on('error', () => undefined);
  srf.once('connect', () => srf.disconnect());
  try {
    srf.disconnect();
  } catch {
    return;
  }
}

async function acknowledged(answered: Unacknowledged, sdp: Dialling['sdp']): Promise<SrfDialog> {
  try {
    return await answered.ack(typeof sdp === 'string' ? sdp : await sdp(answered.sdp));
  } catch (error) {
    void answered.destroy();
    throw error;
  }
}

function incomingCall(srf: SrfClient, req: Request, res: Response): IncomingCall {
  const cancelled = new AbortController();
  // Before anything is awaited: an early CANCEL finds its listener (drachtio-srf #113).
  req.on('cancel', () => cancelled.abort('cancelled'));
  return {
    source: sourceOf(req),
    requestUri: req.uri,
    callId: req.get('Call-ID') ?? '',
    dialogId: dialogIdOf(req.get('Call-ID') ?? '', req.getParsedHeader('From').params['tag'] ?? ''),
    sdp: req.body,
    header: (name) => headerOf(req, name),
    signal: cancelled.signal,
    answer: async (sdp) => new EstablishedDialog(await srf.createUAS(req, res, { localSdp: sdp })),
    reject: (status, headers = {}) => res.send(status, { headers }),
  };
}

/** Why a dialog of a process that died is ended (RFC 3326). */
const restarted = { Reason: 'Q.850;cause=41;text="restart"' };

/** Whose call it is and which, as planned. In small letters: what repeats the INVITE with credentials replaces them under these names. */
const identityOf = ({ callingNumber, plan }: Dialling) => ({
  'call-id': plan.callId,
  from: `<sip:${callingNumber}@localhost>;tag=${plan.localTag}`,
});

const sourceOf = (req: Message): Source => ({ address: req.source_address, port: Number(req.source_port) });

const headerOf = (req: Message, name: string): string | undefined => (req.has(name) ? req.get(name) : undefined);
