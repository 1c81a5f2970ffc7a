import { noLog } from '#media/embedded/log.ts';
import { dgramIo } from '#media/embedded/rtp-io/dgram-io.ts';
import { libc } from '#media/embedded/rtp-io/libc.ts';
import { MmsgIo } from '#media/embedded/rtp-io/mmsg-io.ts';
import type { RtpIo } from '#media/embedded/rtp-io/rtp-io.ts';
import type { FromRelay, ToRelay } from './relays.ts';

/**
 * The least that a media server must do: a socket for each leg, and every datagram that comes on one leg goes out on the other leg of its
 * call. No clock, no jitter buffer, no samples, no file. By Node's sockets, or by the C library's, read each 5 ms.
 *
 * Told where phones listen, in pairs, it answers its own ports in the same order.
 */
const HOST = '127.0.0.1';
const TICK_MS = 5;
const io = process.argv[2] === 'dgram' ? dgramIo() : mmsg();
if (io.name === 'mmsg') setInterval(() => io.poll(), TICK_MS);

process.on('message', ({ remotes }: ToRelay) => {
  void Promise.all(remotes.map((remote) => open(remote))).then((legs) => {
    for (const [i, leg] of legs.entries()) {
      const other = legs[i ^ 1]!;
      leg.on('message', (packet) => other.send(packet));
      leg.on('error', () => undefined);
    }
    say({ ports: legs.map((leg) => leg.address().port) });
  });
});
process.on('disconnect', () => process.exit(0));
say({ ports: [] });

function say(message: FromRelay): void {
  process.send?.(message);
}

async function open(remote: number) {
  const socket = await io.open(HOST, 0);
  socket.connect(remote, HOST);
  return socket;
}

function mmsg(): RtpIo {
  const loaded = libc();
  if (loaded instanceof Error) throw loaded;
  return new MmsgIo(loaded, noLog);
}
