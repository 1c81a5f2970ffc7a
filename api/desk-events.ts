import { Readable } from 'node:stream';
import type { FastifyInstance } from 'fastify';
import type { DeskNews } from '#db/desk/events.ts';
import type { DeskFeed } from './desk-feed.ts';
import type { EventStream } from './openapi.ts';
import { Problem } from './problem.ts';
import type { deskEvent } from './resources.ts';
import type { z } from 'zod';

export const deskEventStream = {
  path: '/v1/desk/events',
  summary: 'What happens at the agents’ desk, as server-sent events: who waits, whose phone rings for whom, who talks',
  event: 'DeskEvent',
} as const satisfies EventStream;
/** A comment is sent when nothing has been for so long: whoever is in between closes what is silent (WHATWG HTML §9.2.7). */
const QUIET_MS = 15_000;
/** How long a reader waits before it comes back, milliseconds. */
const RETRY_MS = 1_000;

/**
 * What happens at the agents' desk, as server-sent events (WHATWG HTML §9.2): who waits, whose phone rings for whom, who talks. Without
 * `Last-Event-ID` it begins now; with it, after that event, so that nothing is missed by who comes back.
 */
export async function deskEvents(server: FastifyInstance, { feed }: { readonly feed: DeskFeed }): Promise<void> {
  server.addHook('preClose', () => feed.close());
  server.get(deskEventStream.path, async (request, reply) => {
    const id = lastEventId(request.headers['last-event-id']) ?? (await feed.now());
    const gone = new AbortController();
    reply.raw.once('close', () => gone.abort());
    const events = Readable.from(lines(feed.after(id, QUIET_MS, gone.signal)));
    // A database that goes away meanwhile ends the stream: the reader comes back, with the last that it has.
    events.once('error', (error) => request.log.warn({ err: error }, 'a stream of the desk broke off'));
    return reply.headers({ 'content-type': 'text/event-stream', 'cache-control': 'no-store' }).send(events);
  });
}

/** What a reader that comes back has heard last; undefined: it has heard nothing. Throws a problem. */
export function lastEventId(header: string | string[] | undefined): string | undefined {
  if (header === undefined) return undefined;
  if (typeof header === 'string' && /^(0|[1-9]\d{0,17})$/.test(header)) return header;
  throw new Problem(400, 'Last-Event-ID: is no id of an event.');
}

async function* lines(news: AsyncIterable<DeskNews | undefined>): AsyncGenerator<string, void> {
  yield `retry: ${RETRY_MS}\n\n`;
  for await (const one of news)
    yield one ? `id: ${one.id}\nevent: ${one.kind}\ndata: ${JSON.stringify(toldOf(one))}\n\n` : ':\n\n';
}

/** What is told of one event, as JSON. */
export const toldOf = ({ at, kind, agentId, messageId, data, call }: DeskNews): z.input<typeof deskEvent> => ({
  at: at.toISOString(),
  kind,
  ...(agentId !== null && { agentId }),
  ...(messageId !== null && { messageId }),
  ...(call && { call: { ...call, enteredAt: call.enteredAt.toISOString() } }),
  data,
});
