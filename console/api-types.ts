/* Written by hand after the contract, until it is generated. */
type Json<T> = { headers: Record<string, unknown>; content: { 'application/json': T } };
type Params<Q, P> = { query?: [Q] extends [never] ? never : Q; header?: never; cookie?: never } & ([P] extends [never]
  ? { path?: never }
  : { path: P });
interface Get<T, Q = never, P = never> {
  parameters: Params<Q, P>;
  requestBody?: never;
  responses: { 200: Json<T> };
}
interface Write<T, B, P = never, S extends number = 200> {
  parameters: Params<never, P>;
  requestBody: { content: { 'application/json': B } };
  responses: Record<S, Json<T>>;
}
interface Actor {
  kind: 'called-party-key' | 'phone-line' | 'web' | 'agent' | 'closing';
  id?: string;
  callId?: string;
  name?: string;
}
type Scope = 'all' | { facilityId: string; facilityName: string };
interface BlockAct {
  at: string;
  by: Actor;
  reason: string;
}
export interface Me {
  id: string;
  name: string;
  username: string;
  role: 'agent' | 'supervisor' | 'investigator' | 'facility-staff' | 'administrator';
  acts: string[];
  language: 'en' | 'es';
  agentId?: string;
  facilityIds?: string[];
  code: boolean;
  idleSeconds: number;
}
interface Block {
  id: string;
  scope: Scope;
  placed: BlockAct;
  lifted?: BlockAct;
}
interface CallRow {
  id: string;
  at: string;
  facilityId: string;
  facilityName: string;
  timeZone: string;
  personId?: string;
  personName?: string;
  number?: string;
  disposition?: string;
  seconds: number;
  recorded: boolean;
}
interface Recording {
  id: string;
  state: 'intended' | 'started' | 'finished' | 'stored' | 'absent';
  channels: number;
  seconds?: number;
  bytes?: number;
  sha256?: string;
  repaired?: boolean;
  privileged: boolean;
}
interface CallRecord {
  id: string;
  facilityId: string;
  facilityName: string;
  timeZone: string;
  stationId?: string;
  personId?: string;
  personName?: string;
  number?: string;
  language?: 'en' | 'es';
  states: Partial<Record<'offHook' | 'policy' | 'ringing' | 'greeting' | 'talking' | 'done', string>>;
  acceptedKey?: string;
  disposition?: string;
  endedBy?: 'inside' | 'outside' | 'limit' | 'policy' | 'system';
  seconds: number;
  journal: { seq: number; at: string; kind: string; data: Record<string, unknown> }[];
  recording?: Recording;
}
type Paged<K extends string, T> = Record<K, T[]> & { next?: string };
export interface paths {
  '/v1/staff/me': { get: Get<Me> };
  '/v1/staff/sessions': { post: Write<Me, { username: string; password: string; code?: string }, never, 201> };
  '/v1/staff/sessions/current': {
    delete: { parameters: Params<never, never>; requestBody?: never; responses: { 200: Json<{ result: 'ended' }> } };
  };
  '/v1/staff/search': {
    get: Get<
      { results: { kind: 'number' | 'account' | 'person'; id: string; title: string; detail: string }[] },
      { q: string }
    >;
  };
  '/v1/staff/facilities': {
    get: Get<{ facilities: { id: string; name: string; state?: string; timeZone: string }[] }>;
  };
  '/v1/staff/numbers/{number}': {
    get: Get<
      {
        number: string;
        blocks: (Block & { liftable: boolean; whyNot?: 'not-allowed' })[];
        history: (Block & { lifted: BlockAct })[];
        attempts: {
          callId: string;
          at: string;
          facilityName: string;
          personName?: string;
          disposition?: string;
          seconds: number;
        }[];
        accounts: { id: string; number: string; holder?: string; status: 'open' | 'closed'; balanceCents: number }[];
        privileged: boolean;
      },
      never,
      { number: string }
    >;
  };
  '/v1/staff/blocks': {
    post: Write<
      { result: 'placed' | 'already-blocked'; id?: string },
      { number: string; facilityId?: string; reason: string },
      never,
      200 | 201
    >;
  };
  '/v1/staff/blocks/{id}/lift': {
    post: Write<
      { result: 'lifted' },
      { reason: string; verifiedBy: 'passcode' | 'call-back' | 'documents' },
      { id: string }
    >;
  };
  '/v1/staff/accounts/{id}': {
    get: Get<
      {
        id: string;
        number: string;
        status: 'open' | 'closed';
        openedAt: string;
        holder?: string;
        language?: 'en' | 'es';
        facilityName?: string;
        balanceCents: number;
        availableCents: number;
        numbers: { number: string; addedAt: string }[];
        cards: { brand: string; last4: string; expires: string }[];
        autopay?: {
          mode: 'autopay' | 'textpay' | 'both';
          amountCents: number;
          thresholdCents: number;
          suspendedAt?: string;
        };
        closing?: { at: string; by: 'web' | 'phone-line' | 'agent'; balanceCents: number };
      },
      never,
      { id: string }
    >;
  };
  '/v1/staff/accounts/{id}/statement': {
    get: Get<
      Paged<'lines', { at: string; kind: string; reference: string; cents: number; balanceCents: number }>,
      { cursor?: string; limit?: number },
      { id: string }
    >;
  };
  '/v1/staff/accounts/{id}/attended-payment': {
    post: Write<{ result: 'ordered' }, { cents?: number }, { id: string }, 202>;
  };
  '/v1/staff/calls': {
    get: Get<
      Paged<'calls', CallRow>,
      {
        number?: string;
        facilityId?: string;
        personId?: string;
        from?: string;
        until?: string;
        disposition?: string;
        cursor?: string;
        limit?: number;
      }
    >;
  };
  '/v1/staff/calls/{id}': { get: Get<CallRecord, never, { id: string }> };
  '/v1/staff/calls/{id}/recording': { get: Get<Recording, never, { id: string }> };
  '/v1/staff/calls/{id}/recording/peaks': {
    get: Get<{ seconds: number; parts: [number, number][][] }, { parts?: number }, { id: string }>;
  };
  '/v1/staff/live': {
    get: Get<{
      calls: {
        id: string;
        since: string;
        state: 'offHook' | 'policy' | 'ringing' | 'greeting' | 'talking';
        facilityId: string;
        facilityName: string;
        personName?: string;
        number?: string;
        language?: 'en' | 'es';
      }[];
      total: number;
    }>;
  };
  '/v1/staff/desk': {
    get: Get<{
      agents: {
        id: string;
        name: string;
        extension: string;
        supervisor: boolean;
        languages: ('en' | 'es')[];
        state: 'away' | 'ready' | 'ringing' | 'talking' | 'wrap-up';
        since: string;
        until?: string;
        entryId?: string;
        number?: string;
        listening: { name: string; mode: 'listen' | 'whisper' | 'join' }[];
      }[];
      waiting: {
        entryId: string;
        since: string;
        language: 'en' | 'es';
        number?: string;
        accountId?: string;
        accountNumber?: string;
        way: 'line' | 'call-back';
      }[];
      messages: number;
    }>;
  };
  '/v1/staff/desk/me': { put: Write<{ state: 'ready' | 'away' }, { state: 'ready' | 'away' }> };
  '/v1/staff/live/{id}/listen': {
    post: Write<{ result: 'ordered' }, { mode: 'listen' | 'whisper' | 'join' }, { id: string }, 202>;
  };
  '/v1/staff/figures': {
    get: Get<
      {
        calls: { day: string; byDisposition: Record<string, number>; talkSeconds: number }[];
        waits: { day: string; answered: number; abandoned: number; p50?: number; p95?: number }[];
      },
      { days?: number }
    >;
  };
  '/v1/staff/refunds': {
    get: Get<
      Paged<
        'refunds',
        {
          id: string;
          accountId: string;
          cause: 'closing' | 'after-closing' | 'agent' | 'claimed';
          cents: number;
          state: 'due' | 'asking' | 'refunded' | 'declined' | 'in-question' | 'charged-back';
          due: { from: string; until: string };
          madeAt: string;
          gatewayId: string;
          gatewayRefundId?: string;
          declineReason?: string;
          decided?: { byId: string; reason: string };
          card: { brand: string; lastFour: string };
        }
      >,
      {
        state?: 'due' | 'asking' | 'refunded' | 'declined' | 'in-question' | 'charged-back';
        cursor?: string;
        limit?: number;
      }
    >;
  };
  '/v1/staff/refunds/{id}/decision': {
    post: Write<
      unknown,
      { decision: 'refunded' | 'charged-back' | 'not-refunded'; gatewayRefundId?: string; reason: string },
      { id: string }
    >;
  };
  '/v1/staff/cheques': {
    get: Get<
      Paged<
        'cheques',
        {
          id: string;
          accountId?: string;
          cause: string;
          cents: number;
          state: 'needs-address' | 'queued' | 'printing' | 'mailed' | 'cashed' | 'stale' | 'stopped';
          to?: {
            payee: string;
            address: { lines: string[]; city: string; state: string; postalCode: string; country: string };
          };
          due: { from: string; until: string };
          attempt: number;
          inQuestion: boolean;
          number?: string;
          madeAt: string;
        }
      >,
      {
        state?: 'needs-address' | 'queued' | 'printing' | 'mailed' | 'stale' | 'stopped' | 'in-question';
        cursor?: string;
        limit?: number;
      }
    >;
  };
  '/v1/staff/audit': {
    get: Get<
      Paged<
        'entries',
        {
          id: string;
          at: string;
          by: { kind: 'staff' | 'command' | 'system'; staffId?: string; name?: string; sessionId?: string };
          act: string;
          resource: { kind: string; id?: string };
          reason?: string;
          before?: Record<string, unknown>;
          after?: Record<string, unknown>;
        }
      >,
      { cursor?: string; staffId?: string; resource?: string; resourceId?: string }
    >;
  };
}
