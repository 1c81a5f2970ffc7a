import { Readable } from 'node:stream';
import type { FastifyInstance } from 'fastify';
import type { Feed } from './feed.ts';
import { Problem } from './problem.ts';

/** A comment is sent when nothing has been for so long: whoever is in between closes what is silent (WHATWG HTML §9.2.7). */
const QUIET_MS = 15_000;
/** How long a reader waits before it comes back, milliseconds. */
const RETRY_MS = 1_000;

/** What comes in a stream, told as `data` under the name of its kind. */
export interface StreamOf<News extends { readonly id: string; readonly kind: string }> {
  readonly path: string;
  readonly feed: Feed<News>;
  readonly told: (news: News) => unknown;
  /** As it reads in the log. */
  readonly what: string;
}

/**
 * A feed as server-sent events (WHATWG HTML §9.2). Without `Last-Event-ID` it begins now; with it, after that event, so that nothing is missed by who
 * comes back.
 */
export async function eventStream<News extends { readonly id: string; readonly kind: string }>(
  server: FastifyInstance,
  { path, feed, told, what }: StreamOf<News>,
): Promise<void> {
  server.addHook('preClose', () => feed.close());
  server.get(path, async (request, reply) => {
    const id = lastEventId(request.headers['last-event-id']) ?? (await feed.now());
    const gone = new AbortController();
    reply.raw.once('close', () => gone.abort());
    const events = Readable.from(lines(feed.after(id, QUIET_MS, gone.signal), told));
    // A database that goes away meanwhile ends the stream: the reader comes back, with the last that it has.
    events.once('error', (error) => request.log.warn({ err: error }, `a stream of ${what} broke off`));
    return reply
      .headers({ 'content-type': 'text/event-stream', 'cache-control': 'no-store', connection: 'close' })
      .send(events);
  });
}

/** What a reader that comes back has heard last; undefined: it has heard nothing. Throws a problem. */
export function lastEventId(header: string | string[] | undefined): string | undefined {
  if (header === undefined) return undefined;
  if (typeof header === 'string' && /^(0|[1-9]\d{0,17})$/.test(header)) return header;
  throw new Problem(400, 'Last-Event-ID: is no id of an event.');
}

async function* lines<News extends { readonly id: string; readonly kind: string }>(
  news: AsyncIterable<News | undefined>,
  told: (one: News) => unknown,
): AsyncGenerator<string, void> {
  yield `retry: ${RETRY_MS}\n\n`;
  for await (const one of news)
    yield one ? `id: ${one.id}\nevent: ${one.kind}\ndata: ${JSON.stringify(told(one))}\n\n` : ':\n\n';
}
