import type { Database } from '#db/connect.ts';
import { DESK_EVENT_CHANNEL, deskEventsAfter, lastDeskEvent, type DeskNews } from '#db/desk/events.ts';
import { Feed } from './feed.ts';

/** What happens at the desk. */
export class DeskFeed extends Feed<DeskNews> {
  constructor(db: Database, url: string) {
    super({
      ...{ url, channel: DESK_EVENT_CHANNEL, last: () => lastDeskEvent(db) },
      after: (id, most) => deskEventsAfter(db, id, most),
    });
  }
}
