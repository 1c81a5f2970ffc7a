import type { Endpoint } from '#media/endpoint.ts';
import type { MediaServers } from '#media/servers/media-servers.ts';
import type { DialogReference } from '#sip-proxy/dialog.ts';
import type { Dialling, DialResult, IncomingCall, IncomingRequest, SipServer } from '#sip-proxy/drachtio.ts';
import { PlayedEndpoint } from './played-endpoint.ts';

/** Of a far end that was asked for one. */
export const offerOfTheirs = 'the offer of the far end';

/** What the network does with one INVITE. */
export type Network = (dialling: Dialling) => DialResult | Promise<DialResult>;

export const failed = (status: number, q850?: number): DialResult => ({ kind: 'failed', status, q850 });

/** These provisional responses, then this result. */
export const rings =
  (then: DialResult, ...statuses: number[]): Network =>
  ({ onProvisional }) => {
    for (const status of statuses) onProvisional?.(status);
    return then;
  };

/** Rings until it is cancelled. */
export const patient: Network = ({ signal, onProvisional }) => {
  onProvisional?.(180);
  return new Promise((resolve) => signal.addEventListener('abort', () => resolve({ kind: 'cancelled' })));
};

/** A SIP server whose network is played by a test: one answer for each INVITE. */
export class PlayedSip {
  readonly network: Network[];
  readonly dialled: Dialling[] = [];
  /** Dialogs and INVITEs of a dead process that were ended. */
  readonly orphans: (DialogReference | { readonly dialogId: string } | { readonly transactionId: string })[] = [];
  /** Dialogs that a phone has made by its answer and nobody has taken. */
  readonly answered = new Set<string>();
  readonly lost = new AbortController().signal;
  call: (call: IncomingCall) => void = () => undefined;
  readonly requests = new Map<string, (request: IncomingRequest) => void>();

  constructor(...network: Network[]) {
    this.network = network;
  }

  get real(): SipServer {
    return this as unknown as SipServer;
  }

  onCall(handler: (call: IncomingCall) => void): void {
    this.call = handler;
  }

  onRequest(method: string, handler: (request: IncomingRequest) => void): void {
    this.requests.set(method, handler);
  }

  async dial(dialling: Dialling): Promise<DialResult> {
    if (dialling.signal.aborted) return { kind: 'cancelled' };
    this.dialled.push(dialling);
    const next = this.network.shift();
    if (!next) throw new Error('one INVITE more than the test has answers for');
    const result = await next(dialling);
    if (result.kind === 'answered' && typeof dialling.sdp !== 'string') await dialling.sdp(offerOfTheirs);
    return result;
  }

  async endOrphan(orphan: DialogReference): Promise<number> {
    this.orphans.push(orphan);
    return 200;
  }

  async endOrphanInside({ dialogId }: { dialogId: string }): Promise<number> {
    this.orphans.push({ dialogId });
    return 200;
  }

  async cancelOrphan({ transactionId }: { transactionId: string }): Promise<boolean> {
    this.orphans.push({ transactionId });
    return true;
  }

  async endAnsweredOrphan({ dialogId }: { dialogId: string }): Promise<boolean> {
    if (!this.answered.delete(dialogId)) return false;
    this.orphans.push({ dialogId });
    return true;
  }
}

/** A media server that has an endpoint for whoever asks. */
export class PlayedMedia {
  readonly endpoints: PlayedEndpoint[] = [];
  /** Given out before any is made. */
  readonly ready: PlayedEndpoint[] = [];
  /** What the next endpoint for an SDP fails with. */
  refusal: Error | undefined;
  /** Beside which channel each was wanted. */
  readonly besides: (string | undefined)[] = [];
  /** For what SDP endpoints were wanted. */
  readonly offers: string[] = [];
  channelIds: string[] = [];
  /** Channels of another media server. */
  readonly elsewhere = new Set<string>();
  readonly ended: string[] = [];

  get real(): MediaServers {
    return this as unknown as MediaServers;
  }

  async endpoint(beside?: string): Promise<Endpoint> {
    this.besides.push(beside);
    const made = this.ready.shift() ?? new PlayedEndpoint(`endpoint ${this.endpoints.length + 1}`);
    this.endpoints.push(made);
    return made.real;
  }

  async endpointFor(sdp: string, beside?: string, onAnswer?: (localSdp: string) => void): Promise<Endpoint> {
    if (this.refusal) throw this.refusal;
    this.offers.push(sdp);
    const endpoint = await this.endpoint(beside);
    onAnswer?.(endpoint.localSdp);
    return endpoint;
  }

  async channels(): Promise<string[]> {
    return this.channelIds;
  }

  async has(id: string): Promise<boolean> {
    return !this.elsewhere.has(id);
  }

  async endOrphan(id: string): Promise<void> {
    this.ended.push(id);
  }
}
