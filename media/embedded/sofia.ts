import { randomUUID } from 'node:crypto';
import { dialogKey } from '#sip-stack/dialog.ts';
import type { SipRequest } from '#sip-stack/message.ts';
import { Seldom } from '#sip-stack/seldom.ts';
import type { ServerTransaction } from '#sip-stack/server-transaction.ts';
import type { SocketAddress } from '#sip-stack/transport.ts';
import { TransactionLayer } from '#sip-stack/transactions.ts';
import { UdpTransport } from '#sip-stack/udp-transport.ts';
import { describeOwnMedia } from './channel-media.ts';
import { Channel } from './channel.ts';
import type { Engine } from './engine.ts';
import { Negotiation } from './negotiation.ts';
import { attachRtcp } from './rtcp/attach.ts';
import { RtpLeg } from './rtp-leg.ts';
import { NoRtpPort, openRtcp, type RtpPorts } from './rtp-ports.ts';
import { SipCall } from './sip-call.ts';
import { setSipVariables } from './sip-variables.ts';

/** What the dialplan of the controller's profile does before it hands the channel over. */
const DIALPLAN_VARIABLES: Readonly<Record<string, string>> = {
  send_silence_when_idle: '-1',
  hangup_after_bridge: 'false',
  park_after_bridge: 'true',
  playback_terminators: 'none',
};
/** SIP requests kept at once. Only controllers have any business here: 150 calls a second, set up and torn down, leave so many. */
const MOST_RECEIVED = 10_000;
const CONTROLLER_AGENT = /^drachtio-fsmrf:/;
const OUTBOUND_ADDRESS = /^[A-Za-z0-9.-]+:\d{1,5}$/;
const OPTIONS_HEADERS = { Allow: 'INVITE, ACK, BYE, CANCEL, OPTIONS, INFO, UPDATE', Accept: 'application/sdp' };

/** The SIP profile that controllers send their INVITEs to (FreeSWITCH: mod_sofia, profile drachtio_mrf). */
export class SofiaProfile {
  readonly #engine: Engine;
  readonly #layer: TransactionLayer;
  readonly #transport: UdpTransport;
  readonly #ports: RtpPorts;
  readonly #rtpHost: string;
  readonly #calls = new Map<string, SipCall>();

  private constructor(engine: Engine, transport: UdpTransport, rtp: { ports: RtpPorts; host: string }) {
    this.#engine = engine;
    this.#transport = transport;
    this.#ports = rtp.ports;
    this.#rtpHost = rtp.host;
    this.#layer = new TransactionLayer(transport, { mostReceived: MOST_RECEIVED });
    this.#layer.onRequest = (transaction, request, source) =>
      this.#guard(transaction, () => this.#request(transaction, request, source));
    this.#layer.isKnown = (request) => this.#calls.has(dialogKey(request) ?? '');
    const tooMany = new Seldom(engine.now);
    this.#layer.onTooMany = ({ method }, { address, port }) => {
      engine.past.requestsTurnedAway += 1;
      tooMany.happened((untold) =>
        engine.log('warn', 'too many SIP requests: turned away', { from: `${address}:${port}`, method, untold }),
      );
    };
    this.#layer.onAck = (ack) => this.#guard(undefined, () => this.#calls.get(dialogKey(ack) ?? '')?.acknowledged(ack));
  }

  /** Rejects with the system's error (EADDRINUSE, ...). */
  static async listen(
    engine: Engine,
    sip: { host: string; port: number },
    rtp: { ports: RtpPorts; host: string },
  ): Promise<SofiaProfile> {
    return new SofiaProfile(engine, await UdpTransport.bind(sip.host, sip.port), rtp);
  }

  get address(): SocketAddress {
    return this.#transport.local;
  }

  get calls(): number {
    return this.#calls.size;
  }

  dump(): unknown {
    return { calls: this.#calls.size, transactions: this.#layer.dump() };
  }

  async close(): Promise<void> {
    this.#layer.close();
    await this.#transport.close();
  }

  #request(transaction: ServerTransaction, request: SipRequest, source: SocketAddress): void {
    const inDialog = request.to.tag !== undefined;
    const call = this.#calls.get(dialogKey(request) ?? '');
    if (call) call.request(transaction);
    else if (inDialog) transaction.reply(481);
    else if (request.method === 'INVITE') void this.#invite(transaction, request, source);
    else if (request.method === 'OPTIONS') transaction.reply(200, { headers: OPTIONS_HEADERS });
    else transaction.reply(request.method === 'BYE' ? 481 : 405, { headers: OPTIONS_HEADERS });
  }

  /** A fault of ours is answered with 500 and logged; it takes nothing else down. */
  #guard(transaction: ServerTransaction | undefined, act: () => void): void {
    try {
      act();
    } catch (error) {
      this.#engine.log('error', 'SIP fault', {
        error: String(error),
        stack: error instanceof Error ? error.stack : undefined,
      });
      if (transaction?.open) transaction.reply(500);
    }
  }

  async #invite(transaction: ServerTransaction, request: SipRequest, source: SocketAddress): Promise<void> {
    const outbound = request.get('X-esl-outbound') ?? '';
    if (!CONTROLLER_AGENT.test(request.get('user-agent') ?? '') || !OUTBOUND_ADDRESS.test(outbound)) {
      // the dialplan hangs up on anyone else: CALL_REJECTED
      return void transaction.reply(603);
    }
    if (this.#engine.channels.size >= this.#engine.settings.maxSessions) {
      return void transaction.reply(503, { headers: { 'Retry-After': '5' } });
    }
    transaction.reply(100);
    try {
      const leg = new RtpLeg(await this.#ports.open(), this.#engine.now);
      if (transaction.open) this.#start(transaction, request, source, leg, outbound);
      else leg.close(); // cancelled meanwhile
    } catch (error) {
      this.#engine.log('error', 'call refused', { error: String(error) });
      if (transaction.open) transaction.reply(error instanceof NoRtpPort ? 503 : 500);
    }
  }

  #start(
    transaction: ServerTransaction,
    request: SipRequest,
    source: SocketAddress,
    leg: RtpLeg,
    outbound: string,
  ): void {
    const channel = this.#channel(request, source, leg);
    const call: SipCall = new SipCall({
      layer: this.#layer,
      channel,
      negotiation: new Negotiation(this.#rtpHost, leg.port, request.get('X-Secure-RTP')?.toLowerCase() === 'true'),
      contact: `<sip:mod_sofia@${this.address.address}:${this.address.port}>`,
      onRtcp: (line) => void attachRtcp(channel, line, () => openRtcp(this.#rtpHost, leg.port)),
      onUp: () => this.#handOver(channel, outbound),
      onOver: () => this.#calls.delete(call.dialogId ?? ''),
    });
    this.#engine.add(channel);
    transaction.onCancelled = () => channel.hangup('ORIGINATOR_CANCEL');
    // The dialog's id is known only after the answer; an ACK cannot come before.
    if (call.invited(transaction)) {
      if (!channel.hangupCause) this.#calls.set(call.dialogId!, call);
      // Nothing is left to cancel; the transaction stays for 32 s (timer L) and must not keep the channel.
      transaction.onCancelled = undefined;
    } else {
      channel.hangup('INCOMPATIBLE_DESTINATION');
    }
  }

  #channel(request: SipRequest, source: SocketAddress, leg: RtpLeg): Channel {
    const { from, to } = request;
    const { user: callerNumber = '', host = '', port } = from.sipUri ?? {};
    const channel = new Channel(this.#engine, {
      uuid: randomUUID(),
      name: `sofia/drachtio_mrf/${callerNumber}@${host}${port === undefined ? '' : `:${port}`}`,
      leg,
      profile: {
        callerName: from.display || callerNumber,
        callerNumber,
        destination: to.sipUri?.user ?? 'drachtio',
        networkAddress: source.address,
        context: 'drachtio_mrf',
      },
    });
    describeOwnMedia(channel, this.#rtpHost);
    setSipVariables(channel.variables, request, source);
    channel.variables.set('sofia_profile_name', 'drachtio_mrf');
    channel.variables.set('sofia_profile_url', `sip:mod_sofia@${this.address.address}:${this.address.port}`);
    channel.variables.set('sip_local_network_addr', this.address.address);
    channel.variables.set('call_uuid', channel.uuid);
    return channel;
  }

  #handOver(channel: Channel, outbound: string): void {
    channel.setCallState('ACTIVE');
    channel.fire('CHANNEL_ANSWER');
    channel.variables.set('endpoint_disposition', 'ANSWER');
    channel.variables.set('socket_host', outbound.split(':')[0]);
    for (const [name, value] of Object.entries(DIALPLAN_VARIABLES)) channel.variables.set(name, value);
    channel.log('info', 'channel up', { rtp: channel.leg.port });
    channel.apps.reroute([{ app: 'socket', argument: `${outbound} async full` }]);
  }
}
