import { auditRows, type AuditRow } from '#db/staff/audit.ts';
import { read } from '../problem.ts';
import { cursorAfter, placeOf } from './cursor.ts';
import * as resources from './resources.ts';
import type { StaffRoute } from './route.ts';

/** Of one page. */
const PAGE = 50;

function toldOf({ id, at, byKind, staffId, staffName, sessionId, act, reason, before, after, ...about }: AuditRow) {
  const by = {
    kind: byKind,
    ...(staffId !== null && { staffId }),
    ...(staffName !== null && { name: staffName }),
    ...(sessionId !== null && { sessionId }),
  };
  const resource = { kind: about.resource, ...(about.resourceId !== null && { id: about.resourceId }) };
  return {
    ...{ id, at: at.toISOString(), by, act, resource, ...(reason !== null && { reason }) },
    ...{ ...(before && { before }), ...(after && { after }) },
  };
}

export const auditRoutes: readonly StaffRoute[] = [
  {
    method: 'GET',
    path: '/v1/staff/audit',
    summary: 'What staff did, the newest first: of one of them, about one kind of thing, about one thing',
    door: 'staff',
    act: 'audit.read',
    query: resources.auditQuery,
    answers: { 200: resources.auditPage },
    problems: [],
    async run(db, _deps, { query }) {
      const { cursor, ...filter } = read('query', resources.auditQuery, query);
      const before = placeOf(cursor, /^[1-9]\d{0,17}$/);
      const rows = await auditRows(db, { ...filter, before, most: PAGE + 1 });
      const page = rows.slice(0, PAGE);
      const last = page.at(-1);
      const next = rows.length > PAGE && last ? { next: cursorAfter(last.id) } : {};
      return { status: 200, body: { entries: page.map(toldOf), ...next } };
    },
  },
];
