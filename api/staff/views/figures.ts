import { DateTime } from 'luxon';
import { z } from 'zod';
import { facilitiesOf } from '#accounts/access/facilities.ts';
import type { Database } from '#db/connect.ts';
import { callFigures, waitFigures, type CallFigures } from '#db/staff-views/figures.ts';
import { read } from '../../problem.ts';
import type { StaffRoute } from '../route.ts';

/** The house's days are those of the Pacific, as the desk's hours are. */
const ZONE = 'America/Los_Angeles';
/** A call is over by then, whatever is written of it: what began before does not change any more. Hours. */
const SETTLED_HOURS = 4;

const query = z.strictObject({ days: z.coerce.number().int().min(1).max(92).default(14) });
const day = z.iso.date();
const figures = z
  .strictObject({
    calls: z.array(
      z.strictObject({
        day,
        byDisposition: z.record(z.string(), z.int()).describe('Of docs/dispositions.md'),
        talkSeconds: z.int(),
      }),
    ),
    waits: z
      .array(
        z.strictObject({
          day,
          answered: z.int(),
          abandoned: z.int(),
          p50: z.number().optional().describe('Seconds until an agent talked with them'),
          p95: z.number().optional(),
        }),
      )
      .describe('At the agents’ desk; none for facility staff'),
  })
  .meta({ id: 'StaffFigures' });

export const figureRoutes: readonly StaffRoute[] = [
  {
    method: 'GET',
    path: '/v1/staff/figures',
    summary: 'Calls by what became of them and how long families waited, by day (Pacific time), today last',
    door: 'staff',
    act: 'figures.read',
    query,
    answers: { 200: figures },
    problems: [],
    async run(db, { now }, { query: asked, staff }) {
      const { days } = read('query', query, asked);
      const facilityIds = facilitiesOf(staff);
      const body: z.input<typeof figures> = { calls: [], waits: [] };
      for (const span of lastDays(now(), days)) {
        const calls = await callsOf(db, span, facilityIds, now());
        body.calls.push({ day: span.day, ...calls, byDisposition: { ...calls.byDisposition } });
        if (facilityIds !== undefined) continue;
        const { p50, p95, ...waits } = await waitFigures(db, span);
        body.waits.push({ day: span.day, ...waits, ...(p50 !== null && { p50 }), ...(p95 !== null && { p95 }) });
      }
      return { status: 200, body };
    },
  },
];

interface Day {
  readonly day: string;
  readonly from: Date;
  readonly until: Date;
}

/** Today and the days before it, the oldest first: from midnight to midnight on the wall, 23 to 25 hours. */
export function lastDays(now: Date, many: number): Day[] {
  const today = DateTime.fromJSDate(now, { zone: ZONE }).startOf('day');
  return Array.from({ length: many }, (_, n) => {
    const from = today.minus({ days: many - 1 - n });
    return { day: from.toFormat('yyyy-MM-dd'), from: from.toJSDate(), until: from.plus({ days: 1 }).toJSDate() };
  });
}

/** Days that do not change any more, counted once for each database and choice of facilities. */
const settled = new WeakMap<Database, Map<string, CallFigures>>();
const MOST = 1_000;

async function callsOf(
  db: Database,
  { day: of, from, until }: Day,
  facilityIds: readonly string[] | undefined,
  now: Date,
): Promise<CallFigures> {
  const known = settled.get(db) ?? new Map<string, CallFigures>();
  settled.set(db, known);
  const key = JSON.stringify([of, facilityIds]);
  const counted = known.get(key) ?? (await callFigures(db, { from, until, facilityIds }));
  if (known.size >= MOST) known.clear();
  if (now.getTime() - until.getTime() > SETTLED_HOURS * 3_600_000) known.set(key, counted);
  return counted;
}
