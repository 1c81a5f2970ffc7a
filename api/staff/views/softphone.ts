import { z } from 'zod';
import { turnOffSoftphone, turnOnSoftphone } from '#accounts/staff/softphone.ts';
import { read } from '../../problem.ts';
import { refuseStaff } from '../refusals.ts';
import type { StaffRoute } from '../route.ts';
import { refuse } from './refusals.ts';
import * as resources from './resources.ts';

/** Where the page's telephone finds the SIP server. */
export interface SoftphoneHouse {
  /** `ws://` or `wss://` (RFC 7118). */
  readonly url: string;
  /** Of its digests. */
  readonly realm: string;
}

const username = z.string().regex(/^page-[0-9a-f]{16}$/, 'is no telephone of a page');
const softphone = z
  .strictObject({
    aor: z.string().describe('sip: address to register'),
    websocketUrl: z.string().describe('SIP over WebSocket (RFC 7118)'),
    username,
    password: z.string().describe('Told once, and good as long as this session is'),
    expires: resources.at.describe('When the session ends at the latest'),
  })
  .meta({ id: 'StaffSoftphone' });
const path = z.strictObject({ username });
const used = { door: 'staff', act: 'phone.use' } as const;

/** The telephone in an agent's page. */
export const softphoneRoutes: readonly StaffRoute[] = [
  {
    ...used,
    method: 'POST',
    path: '/v1/staff/softphone',
    summary: 'Turns the telephone in this page on: what it registers by; that of another window is none any more',
    answers: { 201: softphone },
    problems: [409, 503],
    async run(db, { softphone: server }, { staff: { agentId, sessionId }, audit }) {
      if (!server) throw refuse('not-served-here');
      if (agentId === undefined) throw refuse('not-at-desk');
      const { url, realm } = server;
      return db.transaction().execute(async (trx) => {
        const on = await turnOnSoftphone(trx, { agentId, sessionId, realm });
        if (!on) throw refuseStaff('staff-session-needed');
        await audit(trx, { resource: { kind: 'agent', id: agentId }, after: { telephone: 'on' } });
        const { expiresAt, ...credentials } = on;
        const aor = `sip:${on.username}@${new URL(url).hostname}`;
        const body = { aor, websocketUrl: url, ...credentials, expires: expiresAt.toISOString() };
        return { status: 201, body };
      });
    },
  },
  {
    ...used,
    method: 'DELETE',
    path: '/v1/staff/softphone/:username',
    summary: 'Turns it off; nothing happens to that of another window',
    params: path,
    answers: { 200: z.strictObject({ result: z.literal('off') }) },
    problems: [409],
    async run(db, _house, { params, staff: { agentId }, audit }) {
      const { username: which } = read('path', path, params);
      if (agentId === undefined) throw refuse('not-at-desk');
      return db.transaction().execute(async (trx) => {
        if (await turnOffSoftphone(trx, agentId, which))
          await audit(trx, { resource: { kind: 'agent', id: agentId }, after: { telephone: 'off' } });
        return { status: 200, body: { result: 'off' } };
      });
    },
  },
];
