import { Datagrams, numberOfIPv4, SOCKET_ADDRESS_BYTES } from '#media/embedded/rtp-io/datagrams.ts';
import {
  AF_INET,
  libc as load,
  MSG_DONTWAIT,
  MSG_NOSIGNAL,
  SO_RCVBUFFORCE,
  SO_TIMESTAMPNS,
  SOCK_CLOEXEC,
  SOCK_DGRAM,
  SOCK_NONBLOCK,
  SOL_SOCKET,
  systemError,
} from '#media/embedded/rtp-io/libc.ts';
import { RTP_HEADER_BYTES, writeRtpHeader } from '#media/rtp/packet.ts';
import { Gaps } from './gaps.ts';
import type { FromPhones, ToPhones } from './phones.ts';

/**
 * Hundreds of phones that speak and listen, as cheaply as can be: each millisecond of every 20 has a socket, and the phones that speak then
 * share it, so that the kernel is asked once for 64 packets. When a packet came is the kernel's word (SO_TIMESTAMPNS): how late this
 * process reads does not count.
 */

const SLOTS = 20;
const BATCH = 64;
const FRAME_SAMPLES = 160;
const PACKET_BYTES = RTP_HEADER_BYTES + FRAME_SAMPLES;
const DATAGRAM_BYTES = 256;
/** cmsghdr and a timespec, cmsg(3). */
const CONTROL_BYTES = 32;
const CONTROL_DATA_AT = 16;
const RECEIVE_BUFFER_BYTES = 4 << 20;
/** A process that slept longer than this lets go what it owes, instead of sending it in one burst. */
const GIVE_UP_MS = 1_000;
const HOST = '127.0.0.1';

const loaded = load();
if (loaded instanceof Error) throw loaded;
const libc = loaded;
const host = numberOfIPv4(HOST)!;
const incoming = new Datagrams(libc, BATCH, DATAGRAM_BYTES, CONTROL_BYTES);
const outgoing = new Datagrams(libc, BATCH, PACKET_BYTES);
for (let i = 0; i < BATCH; i += 1) {
  const packet = outgoing.room(i, PACKET_BYTES);
  for (let at = RTP_HEADER_BYTES; at < PACKET_BYTES; at += 1) packet[at] = (at * 37 + i * 11) & 0xff;
}
const sockets = Array.from({ length: SLOTS }, () => openSocket());

/** One phone: where its packets go, and what came from there. */
class Listener {
  sequence = 0;
  last = -1;
  lastMs = NaN;
}
const slots: { port: number; phone: Listener; ssrc: number }[][] = Array.from({ length: SLOTS }, () => []);
const byPort = new Map<number, Listener>();
const gaps = new Gaps();
const lateness = new Gaps();
const counts = { sent: 0, received: 0, lost: 0, reordered: 0, strangers: 0, refused: 0, givenUpMs: 0 };
let [startMs, done, running] = [0, 0, false];

process.on('message', (message: ToPhones) => {
  switch (message.kind) {
    case 'add':
      for (const { slot, port } of message.phones) {
        const phone = new Listener();
        byPort.set(port, phone);
        slots[slot]!.push({ port, phone, ssrc: port });
      }
      if (!running) begin();
      return answer({ kind: 'added' });
    case 'count':
      gaps.clear();
      lateness.clear();
      for (const phone of byPort.values()) phone.lastMs = NaN;
      Object.assign(counts, { sent: 0, received: 0, lost: 0, reordered: 0, strangers: 0, refused: 0, givenUpMs: 0 });
      return answer({ kind: 'counting' });
    case 'tell':
      return answer({
        kind: 'counted',
        ...counts,
        spacingMs: {
          p50: gaps.percentile(0.5),
          p99: gaps.percentile(0.99),
          p999: gaps.percentile(0.999),
          max: gaps.max,
        },
        lateMs: { p99: lateness.percentile(0.99), max: lateness.max },
      });
    case 'clear':
      running = false;
      byPort.clear();
      for (const slot of slots) slot.length = 0;
      return answer({ kind: 'cleared' });
  }
});
process.on('disconnect', () => process.exit(0));
answer({ kind: 'ready', ports: sockets.map(({ port }) => port) });

function answer(message: FromPhones): void {
  process.send?.(message);
}

function begin(): void {
  running = true;
  startMs = performance.now();
  done = 0;
  setTimeout(turn, 1);
}

/** A millisecond, or as many as have gone by: what is due is sent, then everything that has come is read. */
function turn(): void {
  if (!running) return;
  const now = performance.now() - startMs;
  lateness.add(Math.max(0, now - (done + 1)));
  if (now - done > GIVE_UP_MS) {
    counts.givenUpMs += now - done;
    done = Math.floor(now);
  }
  for (; done < Math.floor(now); done += 1) speak(done % SLOTS);
  for (const { fd } of sockets) listen(fd);
  setTimeout(turn, 1);
}

function speak(slot: number): void {
  const phones = slots[slot]!;
  for (let from = 0; from < phones.length; from += BATCH) {
    const count = Math.min(BATCH, phones.length - from);
    for (let i = 0; i < count; i += 1) {
      const { port, phone, ssrc } = phones[from + i]!;
      const { sequence } = phone;
      phone.sequence += 1;
      outgoing.direct(i, host, port);
      const timestamp = (sequence * FRAME_SAMPLES) >>> 0;
      writeRtpHeader(outgoing.room(i, PACKET_BYTES), sequence === 0, 0, sequence & 0xffff, timestamp, ssrc);
    }
    for (let sent = 0; sent < count;) {
      const more = libc.sendmmsg(
        sockets[slot]!.fd,
        outgoing.headers + 64 * sent,
        count - sent,
        MSG_DONTWAIT | MSG_NOSIGNAL,
      );
      if (more > 0) counts.sent += more;
      else counts.refused += 1;
      sent += Math.max(1, more);
    }
  }
}

function listen(fd: number): void {
  for (let came = BATCH; came === BATCH;) {
    came = libc.recvmmsg(fd, incoming.headers, BATCH, MSG_DONTWAIT, 0);
    for (let i = 0; i < came; i += 1) {
      hear(i);
      incoming.free(i);
    }
  }
}

function hear(i: number): void {
  const phone = byPort.get(incoming.port(i));
  const bytes = incoming.received(i);
  if (!phone || bytes.length < PACKET_BYTES) {
    counts.strangers += 1;
    return;
  }
  counts.received += 1;
  const sequence = (bytes[2]! << 8) | bytes[3]!;
  const ms =
    (incoming.control(i, CONTROL_DATA_AT) % 1_000_000) * 1_000 + incoming.control(i, CONTROL_DATA_AT + 8) / 1e6;
  const ahead = phone.last < 0 ? 1 : ((sequence - phone.last) << 16) >> 16;
  if (ahead <= 0) {
    counts.reordered += 1;
    return;
  }
  if (!Number.isNaN(phone.lastMs)) {
    gaps.add(ms - phone.lastMs);
    counts.lost += ahead - 1;
  }
  phone.last = sequence;
  phone.lastMs = ms;
}

function openSocket(): { fd: number; port: number } {
  const fd = libc.socket(AF_INET, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  if (fd < 0) throw systemError('socket', libc.errno(), '');
  const value = new ArrayBuffer(4);
  const set = (name: number, to: number): number => {
    new Uint32Array(value)[0] = to;
    return libc.setsockopt(fd, SOL_SOCKET, name, libc.addressOf(value), 4);
  };
  set(SO_RCVBUFFORCE, RECEIVE_BUFFER_BYTES);
  if (set(SO_TIMESTAMPNS, 1) < 0) throw systemError('setsockopt', libc.errno(), 'SO_TIMESTAMPNS');
  outgoing.direct(0, host, 0);
  if (libc.bind(fd, outgoing.nameAddress(0), SOCKET_ADDRESS_BYTES) < 0) throw systemError('bind', libc.errno(), HOST);
  new Uint32Array(value)[0] = SOCKET_ADDRESS_BYTES;
  if (libc.getsockname(fd, outgoing.nameAddress(0), libc.addressOf(value)) < 0)
    throw systemError('getsockname', libc.errno(), HOST);
  return { fd, port: outgoing.port(0) };
}
