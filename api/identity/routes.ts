import { questionIds, questions } from '#accounts/identity/questions.ts';
import type { IdentityDeps } from '#accounts/identity/ports.ts';
import type { Database } from '#db/connect.ts';
import type { Session } from '#db/sessions.ts';
import type { Asked, Route } from '../routes.ts';
import type { Limit } from './limits.ts';
import { imageRoutes } from './image.ts';
import { meRoutes } from './me.ts';
import { registrationRoutes } from './registration.ts';
import { resetRoutes } from './reset.ts';
import * as resources from './resources.ts';
import { sessionRoutes } from './sessions.ts';
import { z } from 'zod';

/** What is asked of identity: beside the request, by whom. */
export interface FamilyAsked extends Asked {
  readonly idempotencyKey: string | undefined;
  /** Of a family's door: who is signed in. */
  readonly session: Session | undefined;
}

export interface IdentityRoute extends Omit<Route, 'run'> {
  readonly door: 'family' | 'open';
  readonly limit?: Limit;
  run(db: Database, deps: IdentityDeps, asked: FamilyAsked): Promise<{ status: number; body: unknown }>;
}

const catalogue: IdentityRoute = {
  method: 'GET',
  path: '/v1/identity/questions',
  summary: 'The security questions to choose from',
  door: 'open',
  answers: { 200: z.strictObject({ questions: z.array(resources.question) }) },
  problems: [],
  run: async () => ({ status: 200, body: { questions: questionIds.map((id) => ({ id, ...questions[id] })) } }),
};

/** Everything web and app ask of who a family is. */
export const identityRoutes: readonly IdentityRoute[] = [
  catalogue,
  ...imageRoutes,
  ...registrationRoutes,
  ...sessionRoutes,
  ...resetRoutes,
  ...meRoutes,
];
