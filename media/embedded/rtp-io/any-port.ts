import type { RtpSocket } from '#media/embedded/rtp-leg.ts';
import type { RtpIo } from './rtp-io.ts';

const TRIES = 10;

/**
 * A socket on any port that is free. Linux takes a port that it chose by itself away again when a connected socket is disconnected
 * (`inet_autobind`), so the port is asked for by its number once it is known. Rejects with the system's error.
 */
export async function openAnyPort(io: RtpIo, host: string): Promise<RtpSocket> {
  for (let tries = 1; ; tries += 1) {
    const found = await io.open(host, 0);
    const { port } = found.address();
    found.close();
    try {
      return await io.open(host, port);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EADDRINUSE' || tries >= TRIES) throw error; // somebody was faster
    }
  }
}
