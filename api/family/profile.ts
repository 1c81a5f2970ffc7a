import { changeProfile, type ProfileChanging, type ProfileEdit } from '#accounts/profile/change-profile.ts';
import { isProven } from '#accounts/identity/prove.ts';
import type { Database } from '#db/connect.ts';
import { profileOf } from '#db/profiles.ts';
import { refuse as refuseIdentity } from '../identity/refusals.ts';
import { signedIn } from '../identity/sessions.ts';
import { read } from '../problem.ts';
import { refuse } from './refusals.ts';
import * as resources from './resources.ts';
import {
  accountQuery,
  mine,
  ok,
  tagsIn,
  type Answered,
  type FamilyHouse,
  type FamilyRoute,
  type HouseAsked,
} from './route.ts';

async function change(db: Database, house: FamilyHouse, asked: HouseAsked, edit: ProfileEdit): Promise<Answered> {
  const { id: accountId } = mine(asked);
  const tags = tagsIn(asked);
  const version = Number(tags.find((tag) => /^\d{1,9}$/.test(tag)) ?? -1);
  const session = signedIn(asked);
  const by = { kind: 'web', id: session.identityId } as const;
  const proven = isProven(session, house.identity.now());
  const done = await changeProfile(db, house.holders, { accountId, version, edit, by, proven });
  if (done.kind === 'unproven') throw refuseIdentity('proof-needed');
  if (done.kind === 'stale') throw refuse('changed-meanwhile');
  if (done.kind === 'refused') throw refuse('profile-faulty', { faults: faultsOf(done) });
  return ok(done.profile, String(done.version));
}

const faultsOf = (refused: Extract<ProfileChanging, { kind: 'refused' }>): readonly string[] =>
  'fields' in refused ? refused.fields.map(({ field, why }) => `${field}:${why}`) : [refused.reason];

const shared = {
  door: 'family',
  query: accountQuery,
  answers: { 200: resources.profile },
  versioned: true,
} as const;

/** Name, address and telephone; how and in which language the holder is told things (guide rows 44, 51, 57, 64). */
export const profileRoutes: readonly FamilyRoute[] = [
  {
    ...shared,
    method: 'GET',
    path: '/v1/account/profile',
    summary: 'Name, address, telephone and preferences, with their version in ETag',
    limit: 'look',
    problems: [404, 409, 429],
    async run(db, _house, asked) {
      const { id } = mine(asked);
      const { version, profile } = await profileOf(db, id);
      return ok(profile, String(version));
    },
  },
  {
    ...shared,
    method: 'PUT',
    path: '/v1/account/profile',
    summary:
      'Changes name, address and telephone, by the password given anew; the holder is told. Of a closed account too, whose cheque may wait',
    limit: 'change',
    body: resources.profileEdit,
    problems: [403, 404, 409, 412, 422, 428, 429],
    async run(db, house, asked) {
      const { phone, ...nameAndAddress } = read('body', resources.profileEdit, asked.body);
      return change(db, house, asked, { nameAndAddress, phone });
    },
  },
  {
    ...shared,
    method: 'PUT',
    path: '/v1/account/preferences',
    summary:
      'Changes language and how the holder is told things; they are told. Another place for it asks for the password anew',
    limit: 'change',
    body: resources.preferences,
    problems: [403, 404, 409, 412, 422, 428, 429],
    async run(db, house, asked) {
      const { language, ...reach } = read('body', resources.preferences, asked.body);
      return change(db, house, asked, { language, reach });
    },
  },
];
