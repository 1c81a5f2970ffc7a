import { connect } from 'node:net';
import { MediaServerUnavailable } from '../endpoint.ts';
import { nameOf, type MediaAddress } from './address.ts';

/** The profile that drachtio-fsmrf looks for in `sofia status`; without it, it throws where nobody can catch it. */
const profile = /^\s*drachtio_mrf\s.*sip:mod_sofia@[\d.]+:\d+.*RUNNING/m;
/** An answer to `sofia status` is a few lines. */
const mostCharacters = 65_536;

/**
 * Asks an event socket for all that drachtio-fsmrf takes for granted: that a FreeSWITCH listens, lets us in, and runs the profile. Rejects with
 * {@link MediaServerUnavailable} when it does not, or not within so many milliseconds.
 */
export function greet(at: MediaAddress & { readonly secret: string }, withinMs: number): Promise<void> {
  return new Promise((resolve, reject) => {
    const socket = connect({ host: at.host, port: at.port });
    const over = (why?: string) => {
      clearTimeout(late);
      socket.destroy();
      if (why === undefined) resolve();
      else reject(new MediaServerUnavailable(`the media server at ${nameOf(at)} cannot be used: ${why}`));
    };
    const late = setTimeout(() => over(`no answer within ${withinMs} ms`), withinMs);
    let text = '';
    let asked: 'nothing' | 'to come in' | 'for its profiles' = 'nothing';
    const ask = (what: typeof asked, command: string) => {
      [asked, text] = [what, ''];
      socket.write(`${command}\n\n`);
    };
    socket.setEncoding('utf8').setNoDelay(true);
    socket.on('error', (error) => over(error.message));
    socket.on('close', () => over('it closed the connection'));
    socket.on('data', (more: string) => {
      text += more;
      if (text.length > mostCharacters) return over('it says too much for an event socket');
      if (text.includes('text/rude-rejection')) return over('its access list refuses us');
      if (asked === 'nothing' && text.includes('auth/request\n\n')) ask('to come in', `auth ${at.secret}`);
      else if (asked === 'to come in' && /^Reply-Text: .*\n\n/m.test(text))
        if (/^Reply-Text: \+OK accepted/m.test(text)) ask('for its profiles', 'api sofia status');
        else over('it refused our secret');
      else if (asked === 'for its profiles' && isWhole(text))
        over(profile.test(text) ? undefined : 'it runs no profile drachtio_mrf');
    });
  });
}

function isWhole(text: string): boolean {
  const [head = '', body] = text.split(/\n\n(.*)/s);
  const length = /^Content-Length: (\d+)$/m.exec(head)?.[1];
  return body !== undefined && length !== undefined && Buffer.byteLength(body) >= Number(length);
}
