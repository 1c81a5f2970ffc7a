import { createSocket, type Socket } from 'node:dgram';
import type { RtpIo } from './rtp-io.ts';

/** Addresses in SDP are literals; without a look-up of its own every send would ask the resolver. */
const literal = (host: string, _options: unknown, done: (error: null, address: string, family: number) => void): void =>
  done(null, host, 4);

/** A UDP socket of Node. Rejects with the system's error. */
export const openDgram = (host: string, port: number): Promise<Socket> =>
  new Promise((resolve, reject) => {
    const socket = createSocket({ type: 'udp4', lookup: literal });
    socket.once('error', (error) => {
      socket.close();
      reject(error);
    });
    socket.bind({ address: host, port }, () => {
      socket.removeAllListeners('error');
      resolve(socket);
    });
  });

/** Node's own sockets: on every platform, at about twice the cost (decision 66). They read by themselves. */
export const dgramIo = (): RtpIo => ({
  name: 'dgram',
  open: openDgram,
  poll: () => undefined,
  close: () => undefined,
});
