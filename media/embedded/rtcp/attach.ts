import { RtcpSession } from './rtcp-session.ts';
import { OwnPort, type RtcpSocket } from './own-port.ts';
import type { Channel } from '#media/embedded/channel.ts';
import type { MediaLine } from '#media/embedded/sdp.ts';

/** RTCP of a channel: the session, and the way it goes. */
export class ChannelRtcp {
  readonly session: RtcpSession;
  readonly #ownPort: OwnPort | undefined;
  readonly #channel: Channel;

  /** `socket`: undefined when RTCP shares the port of RTP (RFC 5761). */
  constructor(channel: Channel, line: MediaLine, socket: RtcpSocket | undefined) {
    const { leg, engine } = channel;
    this.#channel = channel;
    this.#ownPort =
      socket &&
      new OwnPort(
        socket,
        addressOf(line),
        () => leg.peer,
        (bytes) => this.#receive(bytes),
      );
    const path = {
      send: (packet: Buffer): void => {
        if (!this.#ownPort) return leg.sendControl(packet);
        const secured = leg.protectControl(packet);
        if (secured) this.#ownPort.send(secured);
      },
      close: () => this.#ownPort?.close(),
    };
    this.session = new RtcpSession(leg, path, {
      now: engine.now,
      wallMs: Date.now() - engine.now(),
      random: Math.random,
    });
    leg.count(this.session.reception);
    if (!socket) leg.onControl = (bytes) => this.#receive(bytes);
  }

  /** A new agreement. */
  follow(line: MediaLine): void {
    this.#ownPort?.expect(addressOf(line));
  }

  tick(): void {
    this.session.tick();
  }

  #receive(datagram: Buffer): void {
    const bytes = this.#channel.leg.openControl(datagram);
    if (bytes) this.session.receive(bytes);
    else this.session.counts.refused += 1;
  }

  close(): void {
    this.session.close();
    this.#channel.leg.onControl = undefined;
  }
}

/** RFC 3605: where `a=rtcp` says, else the port above that of RTP. */
const addressOf = (line: MediaLine): { address: string; port: number } => ({
  address: line.rtcp?.address ?? line.address ?? '',
  port: line.rtcp?.port ?? line.port + 1,
});

/**
 * Begins RTCP with a peer that speaks of it, on the port of RTP where it offers that, else on the one above; a port that is taken is
 * gone without. `open` binds it.
 */
export async function attachRtcp(
  channel: Channel,
  line: MediaLine,
  open: () => Promise<RtcpSocket | undefined>,
): Promise<void> {
  if (channel.rtcp) return channel.rtcp.follow(line);
  if (line.rtcpMux) {
    channel.rtcp = new ChannelRtcp(channel, line, undefined);
    return;
  }
  const socket = await open();
  if (!socket) return;
  if (channel.hangupCause || channel.rtcp) socket.close();
  else channel.rtcp = new ChannelRtcp(channel, line, socket);
}
