import { request as httpRequest, type IncomingMessage } from 'node:http';
import { request as httpsRequest } from 'node:https';

/** Longest answer that is read. Octets. */
const maxOctets = 16_384;
const maxRedirections = 5;

export interface Question {
  readonly url: string;
  readonly method: 'GET' | 'POST';
  /** Sent with POST. */
  readonly body: Buffer;
  readonly verifyPeer: boolean;
  readonly signal: AbortSignal;
}

/**
 * Asks a web server.
 * @returns the body of its answer, whatever its status
 * @throws the network's error, the signal's reason, or that the answer is too long or leads nowhere
 */
export const ask = async (question: Question, redirections = 0): Promise<string> => {
  const response = await send(question);
  const { statusCode = 0, headers } = response;
  if (statusCode >= 300 && statusCode < 400 && headers.location !== undefined) {
    response.resume();
    if (redirections === maxRedirections) throw new Error('too many redirections');
    return ask({ ...question, url: new URL(headers.location, question.url).href }, redirections + 1);
  }
  const chunks: Buffer[] = [];
  let octets = 0;
  for await (const chunk of response as AsyncIterable<Buffer>) {
    octets += chunk.length;
    if (octets > maxOctets) throw new Error(`answer of more than ${maxOctets} octets`);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString();
};

const send = ({ url, method, body, verifyPeer, signal }: Question): Promise<IncomingMessage> =>
  new Promise((resolve, reject) => {
    const post = method === 'POST';
    const options = {
      method,
      signal,
      headers: {
        Accept: 'application/json',
        'User-Agent': 'Homeline',
        ...(post && { 'Content-Type': 'text/plain; charset=UTF-8', 'Content-Length': body.length }),
      },
    };
    const sent = url.startsWith('https:')
      ? httpsRequest(url, { ...options, rejectUnauthorized: verifyPeer }, resolve)
      : httpRequest(url, options, resolve);
    sent.on('error', reject);
    sent.end(post ? body : undefined);
  });
