import type { Database } from '#db/connect.ts';
import { changeStaffMember } from '#db/staff/members.ts';
import { secretHasher } from '../../identity/hasher.ts';
import { identityKeys } from '../../identity/keys.ts';
import { addMember, type NewStaffMember } from '../member.ts';
import type { StaffDeps } from '../ports.ts';
import { makeRecoveryCodes } from '../recovery.ts';
import { sealerOf } from '../sealer.ts';
import { newTotpKey } from '../totp.ts';

const SECRET = 'an identity secret of tests';
export const STAFF_PASSWORD = 'Correct-Horse-7';
/** What it takes to guess is not looked at here. */
const QUICK = { memoryCost: 1024, timeCost: 2 };

/** Those who work here, and a clock that is moved. */
export class Crew {
  readonly db: Database;
  at = new Date('2026-05-01T17:00:00Z');
  #deps: StaffDeps | undefined;

  constructor(db: Database) {
    this.db = db;
  }

  async deps(): Promise<StaffDeps> {
    this.#deps ??= {
      ...{ now: () => this.at, keys: identityKeys(SECRET), sealer: sealerOf(SECRET) },
      passwords: await secretHasher('pepper', 'staff-password', QUICK),
    };
    return this.#deps;
  }

  /** Milliseconds. */
  pass(ms: number): void {
    this.at = new Date(this.at.getTime() + ms);
  }

  /** Gives somebody an app of codes. */
  async giveCode(staffId: string): Promise<void> {
    const { sealer } = await this.deps();
    await changeStaffMember(this.db, staffId, { totp: sealer.seal(staffId, newTotpKey()) });
  }

  /** Stands in for a code of an app, once, however often the clock says the same; those of before are good no more. */
  async spareCode(staffId: string): Promise<string> {
    const [code = ''] = await makeRecoveryCodes(this.db, await this.deps(), staffId);
    return code;
  }

  /** Somebody begins to work here: an agent, unless `over` says otherwise. Returns their id. */
  async hire(username: string, over: Partial<NewStaffMember> = {}): Promise<string> {
    const member = {
      username,
      name: `${username} of tests`,
      role: 'agent',
      language: 'en',
      password: STAFF_PASSWORD,
    } as const;
    const added = await addMember(this.db, await this.deps(), { kind: 'command' }, { ...member, ...over });
    if (added.kind !== 'done') throw new Error(`${username} cannot be added: ${JSON.stringify(added)}`);
    return added.member.id;
  }
}
