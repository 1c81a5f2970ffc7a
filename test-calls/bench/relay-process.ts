import { createSocket } from 'node:dgram';
import type { Socket } from 'node:dgram';

/**
 * The least that any media server written for Node must do: a UDP socket for each leg, and every datagram that comes on one leg
 * goes out on the other leg of its call. No clock, no jitter buffer, no samples, no file.
 *
 * Told `{ remotes }`, the ports of the phones in pairs, it answers `{ ports }`, its own in the same order.
 */
process.once('message', ({ remotes }: { remotes: number[] }) => {
  void Promise.all(remotes.map((remote) => open(remote))).then((legs) => {
    for (const [i, leg] of legs.entries()) {
      const other = legs[i ^ 1];
      leg.on('message', (packet) => other?.send(packet));
    }
    process.send?.({ ports: legs.map((leg) => leg.address().port) });
  });
});
process.on('disconnect', () => process.exit(0));

function open(remote: number): Promise<Socket> {
  const socket = createSocket({ type: 'udp4', lookup: (name, _, done) => done(null, name, 4) });
  return new Promise((resolve) => {
    socket.bind(0, '127.0.0.1', () => socket.connect(remote, '127.0.0.1', () => resolve(socket)));
    socket.on('error', () => undefined);
  });
}
