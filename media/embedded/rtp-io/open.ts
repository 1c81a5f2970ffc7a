import { isIPv4 } from 'node:net';
import type { Log } from '#media/embedded/log.ts';
import { dgramIo } from './dgram-io.ts';
import { libc, type Libc } from './libc.ts';
import { MmsgIo } from './mmsg-io.ts';
import type { RtpIo } from './rtp-io.ts';

/** `auto`: the C library's calls where they can be had, Node's sockets elsewhere. */
export type RtpIoChoice = 'auto' | 'dgram';

/** How sound is to be read and sent from an address of ours. Says in the log what was chosen, and why. Never throws. */
export function openRtpIo(choice: RtpIoChoice, host: string, log: Log, load: () => Libc | Error = libc): RtpIo {
  const found = choice === 'dgram' ? new Error('RTP_IO=dgram') : isIPv4(host) ? load() : new Error(`${host}: not IPv4`);
  try {
    if (found instanceof Error) throw found;
    const io = new MmsgIo(found, log);
    log('info', 'RTP by recvmmsg and epoll');
    return io;
  } catch (error) {
    log('info', 'RTP by dgram', { reason: (error as Error).message });
    return dgramIo();
  }
}
