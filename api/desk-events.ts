import type { FastifyInstance } from 'fastify';
import type { DeskNews } from '#db/desk/events.ts';
import type { DeskFeed } from './desk-feed.ts';
import { eventStream } from './event-stream.ts';
import type { EventStream } from './openapi.ts';
import type { deskEvent } from './resources.ts';
import type { z } from 'zod';

export const deskEventStream = {
  path: '/v1/desk/events',
  summary: 'What happens at the agents’ desk, as server-sent events: who waits, whose phone rings for whom, who talks',
  event: 'DeskEvent',
} as const satisfies EventStream;

/** What happens at the agents' desk, as server-sent events: who waits, whose phone rings for whom, who talks. */
export const deskEvents = (server: FastifyInstance, { feed }: { readonly feed: DeskFeed }): Promise<void> =>
  eventStream(server, { path: deskEventStream.path, feed, told: toldOf, what: 'the desk' });

/** What is told of one event, as JSON. */
export const toldOf = ({ at, kind, agentId, messageId, data, call }: DeskNews): z.input<typeof deskEvent> => ({
  at: at.toISOString(),
  kind,
  ...(agentId !== null && { agentId }),
  ...(messageId !== null && { messageId }),
  ...(call && { call: { ...call, enteredAt: call.enteredAt.toISOString() } }),
  data,
});
