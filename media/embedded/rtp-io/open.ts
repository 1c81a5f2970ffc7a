import { isIPv4 } from 'node:net';
import type { Log } from '#media/embedded/log.ts';
import { dgramIo } from './dgram-io.ts';
import { libc } from './libc.ts';
import { MmsgIo } from './mmsg-io.ts';
import type { RtpIo } from './rtp-io.ts';

/** `auto`: the C library's calls where they can be had, Node's sockets elsewhere. */
export type RtpIoChoice = 'auto' | 'dgram';

/** How sound is to be read and sent from an address of ours. Says in the log what was chosen, and why. Never throws. */
export function openRtpIo(choice: RtpIoChoice, host: string, log: Log): RtpIo {
  const why = choice === 'dgram' ? 'RTP_IO=dgram' : unable(host);
  if (why === undefined) {
    try {
      const io = new MmsgIo(libc() as Exclude<ReturnType<typeof libc>, Error>, log);
      log('info', 'RTP by recvmmsg and epoll');
      return io;
    } catch (error) {
      log('warn', 'RTP by dgram', { reason: String(error) });
      return dgramIo();
    }
  }
  log('info', 'RTP by dgram', { reason: why });
  return dgramIo();
}

function unable(host: string): string | undefined {
  if (!isIPv4(host)) return `${host} is no IPv4 address`;
  const found = libc();
  return found instanceof Error ? found.message : undefined;
}
