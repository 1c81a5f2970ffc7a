import { Readable } from 'node:stream';
import { z } from 'zod';
import { facilitiesOf, seesFacility } from '#accounts/access/facilities.ts';
import { may } from '#accounts/access/table.ts';
import type { DeskNews } from '#db/desk/events.ts';
import { liveCalls, liveCount } from '#db/staff-views/live.ts';
import { lastEventId, toldOf } from '../../desk-events.ts';
import type { StaffRoute } from '../route.ts';
import type { LiveNews } from './live-feed.ts';
import { merged } from './merged.ts';
import { refuse } from './refusals.ts';
import * as resources from './resources.ts';
import { told } from './told.ts';

const MOST = 500;
/** A comment is sent when nothing has been for so long: whoever is in between closes what is silent (WHATWG HTML §9.2.7). */
const QUIET_MS = 15_000;
/** How long a reader waits before it comes back. */
const RETRY_MS = 1_000;

const call = z
  .strictObject({
    id: z.uuid(),
    since: resources.at.describe('When the telephone was picked up'),
    state: z.enum(['offHook', 'policy', 'ringing', 'greeting', 'talking']),
    facilityId: resources.id,
    facilityName: z.string(),
    personName: z.string().optional(),
    number: resources.e164.optional().describe('Absent: not dialled yet'),
    language: resources.language.optional(),
  })
  .meta({ id: 'StaffLiveCall' });
const live = z.strictObject({
  calls: z.array(call).describe(`Those that began last first; at most ${MOST}`),
  total: z.int(),
});

/** The calls that go on, and what changes of them. */
export const liveRoutes: readonly StaffRoute[] = [
  {
    method: 'GET',
    path: '/v1/staff/live',
    summary: 'The calls that go on',
    door: 'staff',
    act: 'live.read',
    answers: { 200: live },
    problems: [],
    async run(db, _house, { staff }) {
      const facilityIds = facilitiesOf(staff);
      const [calls, total] = await Promise.all([
        liveCalls(db, { facilityIds, most: MOST }),
        liveCount(db, { facilityIds }),
      ]);
      return { status: 200, body: { calls: told(calls), total } };
    },
  },
  {
    method: 'GET',
    path: '/v1/staff/live/events',
    summary:
      'Server-sent events: `live` (the calls that go on; then those that changed, and the ids of those that `ended`) and, for whoever reads the queue, `desk`',
    door: 'staff',
    act: 'live.read',
    media: 'text/event-stream',
    answers: { 200: z.string() },
    problems: [],
    async run(_db, { live: feed, desk }, { staff, headers, gone }) {
      if (!feed) throw refuse('not-served-here');
      const shown = lastEventId(headers['last-event-id']);
      const reads = may(staff.role, 'queue.read') ? desk : undefined;
      const since = reads && (shown ?? (await reads.now()));
      const news = feed.changes(({ facilityId }) => seesFacility(staff, facilityId), QUIET_MS, gone);
      // The first is here before it is answered: a database that is away is a problem, not a stream that breaks.
      const first = liveLine((await news.next()).value ?? undefined);
      const begin = `retry: ${RETRY_MS}\n${since === undefined ? '' : `id: ${since}\n`}${first}`;
      const all = [
        begun(begin, news),
        ...(reads && since !== undefined ? [ofDesk(reads.after(since, QUIET_MS, gone))] : []),
      ];
      const events = Readable.from(merged(all));
      // A database that goes away meanwhile ends the stream: the reader comes back, with the last that it has.
      events.once('error', () => undefined);
      return { status: 200, headers: { 'content-type': 'text/event-stream', connection: 'close' }, body: events };
    },
  },
];

const liveLine = (news: LiveNews | undefined): string =>
  news ? `event: live\ndata: ${JSON.stringify({ calls: told(news.calls), ended: news.ended })}\n\n` : ':\n\n';

async function* begun(begin: string, news: AsyncIterable<LiveNews | undefined>): AsyncGenerator<string, void> {
  yield begin;
  for await (const one of news) yield liveLine(one);
}

async function* ofDesk(news: AsyncIterable<DeskNews | undefined>): AsyncGenerator<string, void> {
  for await (const one of news) if (one) yield `id: ${one.id}\nevent: desk\ndata: ${JSON.stringify(toldOf(one))}\n\n`;
}
