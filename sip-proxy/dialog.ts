import type { Request, Response, SrfDialog } from './srf.ts';

/** What a restarted process needs to end a dialog that it did not see begin. */
export interface DialogReference {
  readonly dialogId: string;
  readonly callId: string;
  readonly localTag: string;
  readonly remoteTag: string;
  readonly remoteTarget: string;
}

export interface Ending {
  /** Reason header (RFC 3326) as it came, if any. */
  readonly reason: string | undefined;
  readonly q850: number | undefined;
  /** `server`: the SIP server ended it by itself (lost ACK, expired session). */
  readonly by: 'peer' | 'server';
}

/** An established INVITE dialog (RFC 3261 §12). */
export interface Dialog {
  readonly reference: DialogReference;
  readonly remoteSdp: string;
  readonly connected: boolean;
  /** The peer ended it; called at once when that has already happened. */
  onEnded(listener: (ending: Ending) => void): void;
  /** The peer offers new media; the answer goes back in the 200, a rejection as 488. */
  onOffer(answer: (sdp: string) => Promise<string>): void;
  onInfo(listener: (contentType: string, body: string) => void): void;
  /** Final status of an in-dialog request; 408 when nobody answered. Rejects when the connection to the SIP server is gone. */
  request(method: 'OPTIONS' | 'INFO'): Promise<number>;
  /** Sends BYE; never rejects, and does nothing to a dialog that has ended. */
  end(q850?: number): Promise<void>;
}

export class EstablishedDialog implements Dialog {
  readonly #dialog: SrfDialog;
  readonly #listeners: ((ending: Ending) => void)[] = [];
  #ending: Ending | undefined;
  #bye: Promise<void> | undefined;

  constructor(dialog: SrfDialog) {
    this.#dialog = dialog;
    // A BYE that was read from the server together with the answer's echo came before anybody could listen.
    if (!dialog.connected) this.#ending = { reason: undefined, q850: undefined, by: 'peer' };
    dialog.on('destroy', (req: Request, text?: string) => {
      const reason = req.get('Reason') ?? (text === 'normal release' ? undefined : text);
      const by = (req as unknown as { source?: string }).source === 'application' ? 'server' : 'peer';
      this.#ending = { reason, q850: causeOf(reason), by };
      for (const listener of this.#listeners) listener(this.#ending);
    });
    dialog.on('info', (_req: Request, res: Response) => res.send(200));
    // Nothing may move a call elsewhere: no transfer, no take-over.
    dialog.on('refer', (_req: Request, res: Response) => res.send(603));
  }

  get reference(): DialogReference {
    const { sip, remote, id } = this.#dialog;
    return {
      dialogId: id,
      callId: sip.callId,
      localTag: sip.localTag,
      remoteTag: sip.remoteTag,
      remoteTarget: bare(remote.uri),
    };
  }

  get remoteSdp(): string {
    return this.#dialog.remote.sdp;
  }

  get connected(): boolean {
    return this.#dialog.connected;
  }

  onEnded(listener: (ending: Ending) => void): void {
    if (this.#ending) listener(this.#ending);
    else this.#listeners.push(listener);
  }

  onOffer(answer: (sdp: string) => Promise<string>): void {
    this.#dialog.on('modify', (req: Request, res: Response) => {
      answer(req.body).then(
        (sdp) => {
          this.#dialog.local.sdp = sdp;
          res.send(200, { body: sdp, headers: { 'Content-Type': 'application/sdp' } });
        },
        () => res.send(488),
      );
    });
  }

  onInfo(listener: (contentType: string, body: string) => void): void {
    this.#dialog.on('info', (req: Request) => listener(req.get('Content-Type') ?? '', req.body));
  }

  async request(method: 'OPTIONS' | 'INFO'): Promise<number> {
    return (await this.#dialog.request({ method })).status;
  }

  end(q850 = 16): Promise<void> {
    if (!this.#dialog.connected) return Promise.resolve();
    // A BYE that crosses the peer's own finds no dialog: that is an ended call, not a fault.
    return (this.#bye ??= this.#dialog.destroy({ headers: { Reason: `Q.850;cause=${q850}` } }).then(
      () => undefined,
      () => undefined,
    ));
  }
}

const bare = (uri: string): string => /<([^>]+)>/.exec(uri)?.[1] ?? uri;

/** The Q.850 cause of a Reason header (RFC 3326 §2), if it has one. */
export function causeOf(reason: string | undefined): number | undefined {
  const cause = /Q\.850\s*;[^,]*cause\s*=\s*(\d{1,3})/i.exec(reason ?? '')?.[1];
  return cause === undefined ? undefined : Number(cause);
}
