import { createSocket, type Socket } from 'node:dgram';
import { afterEach, describe, expect, it } from 'vitest';
import { noLog } from './log.ts';
import { dgramIo } from './rtp-io/dgram-io.ts';
import { openRtpIo } from './rtp-io/open.ts';
import type { RtpSocket } from './rtp-leg.ts';
import { NoRtpPort, openRtcp, RtpPorts } from './rtp-ports.ts';

const open: (Socket | RtpSocket)[] = [];
const keep = (socket: Socket | RtpSocket): number => {
  open.push(socket);
  return socket.address().port;
};
afterEach(() => {
  for (const socket of open.splice(0)) socket.close();
});
const host = '127.0.0.1';

/** An even port with free ones above, as far as one can know. */
const freeRange = async (): Promise<number> => {
  for (;;) {
    const socket = createSocket('udp4');
    await new Promise<void>((resolve) => socket.bind(0, host, resolve));
    const { port } = socket.address();
    socket.close();
    if (port % 2 === 0 && port < 60_000) return port;
  }
};

describe.each([dgramIo(), openRtpIo('auto', host, noLog)])('RTP ports by $name', (io) => {
  it('are even, taken in turn, and passed over when somebody else has them', async () => {
    const first = await freeRange();
    const taken = createSocket('udp4');
    await new Promise<void>((resolve) => taken.bind(first + 2, host, resolve));
    open.push(taken);
    const ports = new RtpPorts({ host, portMin: first - 1, portMax: first + 5 }, io);
    expect([keep(await ports.open()), keep(await ports.open())]).toEqual([first, first + 4]);
    await expect(ports.open()).rejects.toBeInstanceOf(NoRtpPort);
    open.shift()!.close();
    expect(keep(await ports.open())).toBe(first + 2);
  });

  it('rest before they are used again', async () => {
    const first = await freeRange();
    const ports = new RtpPorts({ host, portMin: first, portMax: first + 5 }, io);
    const one = await ports.open();
    const port = one.address().port;
    one.close();
    expect(keep(await ports.open())).toBe(port + 2);
  });

  it('have their RTCP port above them, if it is free', async () => {
    const rtp = keep(await new RtpPorts({ host, portMin: 0, portMax: 0 }, io).open());
    const rtcp = await openRtcp(host, rtp);
    if (rtcp) expect(keep(rtcp)).toBe(rtp + 1);
    expect(await openRtcp(host, rtp - 1)).toBeUndefined();
  });
});
