import type { FastifyInstance } from 'fastify';
import type { Database } from '#db/connect.ts';
import { EVENT_CHANNEL, eventsAfter, lastEvent, publishEvents, type Event } from '#db/events.ts';
import { eventStream } from '../event-stream.ts';
import { Feed } from '../feed.ts';
import type { EventStream } from '../openapi.ts';

export const houseEventStream = {
  path: '/v1/events',
  summary: 'What happens, as server-sent events: calls, recordings, deposits, low balances, blocks',
  event: 'Event',
} as const satisfies EventStream;

/** What happens in the house. Whoever reads puts what was written into its order first, so that none waits for the jobs. */
export class EventFeed extends Feed<Event> {
  constructor(db: Database, url: string) {
    const published = async <T>(read: () => Promise<T>): Promise<T> => {
      await publishEvents(db);
      return read();
    };
    super({
      ...{ url, channel: EVENT_CHANNEL, last: () => published(() => lastEvent(db)) },
      after: (id, most) => published(() => eventsAfter(db, id, most)),
    });
  }
}

/** What web and app layers are told, as server-sent events. */
export const houseEvents = (server: FastifyInstance, { feed }: { readonly feed: EventFeed }): Promise<void> =>
  eventStream(server, { path: houseEventStream.path, feed, told: (event) => event, what: 'events' });
