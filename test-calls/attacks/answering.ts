import { readFileSync } from 'node:fs';
import type Srf from 'drachtio-srf';
import type { SrfRequest, SrfResponse } from 'drachtio-srf';
import { connectClients, type Clients, type NearEndpoint } from '#media/embedded/testing/real-clients.ts';
import { SECRET, type MediaVictim, type SipVictim } from './victims.ts';

/** A call that the application has taken. */
export interface Taken {
  /** Keys the caller pressed, as the application was told of them. */
  keys: string;
  /** Where what the caller says is recorded; undefined when it is not. */
  readonly recording: string | undefined;
  /** Resolves when it is over and everything of it is closed. */
  readonly over: Promise<void>;
}

/** What is needed of drachtio's dialog. */
interface NearDialog {
  readonly connected: boolean;
  on(event: 'destroy', listener: () => void): unknown;
}

export interface AnsweringOptions {
  /** Where a call is recorded, by its Call-ID. */
  readonly record?: (callId: string) => string;
  /** The port that the caller is told to send to, instead of the media server's own. */
  readonly disguise?: (port: number) => Promise<number>;
}

/** An application as people write them, on drachtio-srf and drachtio-fsmrf: it answers every call, listens to keys, and records. */
export class Answering {
  /** By Call-ID. */
  readonly taken = new Map<string, Taken>();
  readonly failed: string[] = [];
  readonly #clients: Clients;
  readonly #options: AnsweringOptions;

  private constructor(clients: Clients, options: AnsweringOptions) {
    this.#clients = clients;
    this.#options = options;
    const srf = clients.srf as unknown as { invite(take: (req: SrfRequest, res: SrfResponse) => void): void };
    srf.invite((req, res) => void this.#take(req, res));
  }

  static async begin(sip: SipVictim, media: MediaVictim, options: AnsweringOptions = {}): Promise<Answering> {
    const ports = { admin: sip.controlPort, eventSocket: media.controlPort };
    const answering = new Answering(await connectClients(ports, SECRET), options);
    while (!('invite' in (await sip.dump()).routes)) await new Promise((resolve) => setTimeout(resolve, 5));
    return answering;
  }

  close(): void {
    this.#clients.close();
  }

  async #take(req: SrfRequest, res: SrfResponse): Promise<void> {
    const callId = req.get('Call-ID');
    let endpoint: NearEndpoint | undefined;
    try {
      endpoint = await this.#clients.ms.createEndpoint({ remoteSdp: req.body });
      endpoint.conn.socket.setNoDelay(true);
      const recording = this.#options.record?.(callId);
      const taken = { keys: '', recording, over: new Promise<void>((resolve) => this.#over.set(callId, resolve)) };
      this.taken.set(callId, taken);
      endpoint.on('dtmf', ({ dtmf }: { dtmf: string }) => (taken.keys += dtmf));
      if (recording !== undefined) {
        const { uuid } = endpoint;
        const reply = await endpoint.api('uuid_record', `${uuid} start ${recording}`);
        if (!reply.getBody().startsWith('+OK')) throw new Error(`not recorded: ${reply.getBody()}`);
      }
      const srf = this.#clients.srf as unknown as Srf;
      const dialog = (await srf.createUAS(req, res, { localSdp: await this.#sdp(endpoint) })) as unknown as NearDialog;
      const ended = endpoint;
      dialog.on('destroy', () => void this.#end(callId, ended));
      // A BYE that came together with the word that our 200 was sent has been told already: to nobody.
      if (!dialog.connected) await this.#end(callId, ended);
    } catch (error) {
      this.failed.push(`${callId}: ${String(error)}`);
      await this.#end(callId, endpoint);
    }
  }

  readonly #over = new Map<string, () => void>();

  async #end(callId: string, endpoint: NearEndpoint | undefined): Promise<void> {
    await endpoint?.destroy().catch((error: unknown) => this.failed.push(`${callId}: ${String(error)}`));
    this.#over.get(callId)?.();
    this.#over.delete(callId);
  }

  async #sdp({ local: { sdp, mediaPort } }: NearEndpoint): Promise<string> {
    const port = await this.#options.disguise?.(Number(mediaPort));
    return port === undefined ? sdp : sdp.replace(`m=audio ${mediaPort} `, `m=audio ${port} `);
  }
}

/** The samples of a mono recording. */
export const recorded = (path: string): Int16Array => {
  const bytes = readFileSync(path).subarray(44);
  return Int16Array.from({ length: bytes.length >> 1 }, (_, i) => bytes.readInt16LE(2 * i));
};
