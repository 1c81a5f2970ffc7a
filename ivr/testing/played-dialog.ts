import type { Dialog, DialogReference, Ending } from '#sip-proxy/dialog.ts';

/** A dialog whose far end is played by a test. */
export class PlayedDialog implements Dialog {
  readonly reference: DialogReference;
  readonly remoteSdp = 'the SDP of the phone';
  connected = true;
  /** The Q.850 cause of every BYE that was asked for. */
  readonly byes: (number | undefined)[] = [];
  /** What the phone answers to the requests that are to come; one more is an error of the test. */
  readonly statuses: number[] = [];
  readonly requests: string[] = [];
  #ending: Ending | undefined;
  readonly #ended: ((ending: Ending) => void)[] = [];
  #offered: ((sdp: string) => Promise<string>) | undefined;
  #info: ((contentType: string, body: string) => void) | undefined;

  constructor(reference: Partial<DialogReference> = {}) {
    this.reference = {
      dialogId: 'dialog-1',
      callId: 'sip-call-1',
      localTag: 'ours',
      remoteTag: 'theirs',
      remoteTarget: 'sip:phone@127.0.0.1:5999',
      ...reference,
    };
  }

  onEnded(listener: (ending: Ending) => void): void {
    if (this.#ending) listener(this.#ending);
    else this.#ended.push(listener);
  }

  onOffer(answer: (sdp: string) => Promise<string>): void {
    this.#offered = answer;
  }

  onInfo(listener: (contentType: string, body: string) => void): void {
    this.#info = listener;
  }

  async request(method: 'OPTIONS' | 'INFO'): Promise<number> {
    this.requests.push(method);
    const status = this.statuses.shift();
    if (status === undefined) throw new Error(`nobody said what the phone answers to this ${method}`);
    return status;
  }

  async end(q850?: number): Promise<void> {
    this.byes.push(q850);
    this.connected = false;
  }

  /** The phone hangs up, or with `by: 'server'` the SIP server ends the dialog. */
  hangUp(ending: Partial<Ending> = {}): void {
    this.connected = false;
    this.#ending = { reason: undefined, q850: undefined, by: 'peer', ...ending };
    for (const listener of this.#ended) listener(this.#ending);
  }

  /** The phone offers other media; resolves with what it is answered. */
  offer(sdp: string): Promise<string> {
    if (!this.#offered) throw new Error('nobody answers offers of this dialog');
    return this.#offered(sdp);
  }

  info(contentType: string, body: string): void {
    this.#info?.(contentType, body);
  }
}
