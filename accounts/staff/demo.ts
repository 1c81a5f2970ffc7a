import { createHmac } from 'node:crypto';
import type { Database } from '#db/connect.ts';
import { staffMember } from '#db/staff/members.ts';
import type { Role } from '../access/acts.ts';
import { addMember } from './member.ts';
import { faultsOf, plainPassword } from './password.ts';
import type { StaffDeps } from './ports.ts';

/** The agents of the demonstration's desk (db/seed/demo-desk.ts), at the console; and who manages them. */
const members = [
  { username: 'ana', name: 'Ana Torres', role: 'agent', agentId: 'demo-ana' },
  { username: 'ray', name: 'Ray Ortega', role: 'supervisor', agentId: 'demo-ray' },
  { username: 'sam', name: 'Sam Reed', role: 'administrator' },
] as const;

export interface DemoStaff {
  readonly username: string;
  readonly name: string;
  readonly role: Role;
  /** For printing, not for logs. Undefined: another one was set since. */
  readonly password: string | undefined;
}

/** Follows from a secret of this installation: the same at every start, and another everywhere else. */
function demoPassword(secret: string, username: string): string {
  for (let nth = 0; ; nth++) {
    const made = createHmac('sha256', secret).update(`demo password of staff ${username} ${nth}`).digest('base64url');
    const password = made.slice(0, 16);
    if (faultsOf(password).length === 0) return password;
  }
}

/** Adds those who work at the desk of the demonstration, whose agents are there; who was added before stays as they are. */
export async function seedDemoStaff(db: Database, deps: StaffDeps, secret: string): Promise<readonly DemoStaff[]> {
  return Promise.all(
    members.map(async ({ username, ...known }): Promise<DemoStaff> => {
      const password = demoPassword(secret, username);
      const before = await staffMember(db, { usernameKey: username });
      if (before) {
        const same = !before.endedAt && (await deps.passwords.verify(before.passwordHash, plainPassword(password)));
        return { username, name: before.name, role: before.role, password: same ? password : undefined };
      }
      const member = { ...known, username, language: 'en', password } as const;
      const added = await addMember(db, deps, { kind: 'command' }, member);
      if (added.kind !== 'done')
        throw new Error(`The demonstration’s ${username} cannot be added: ${JSON.stringify(added)}`);
      return { username, name: known.name, role: known.role, password };
    }),
  );
}
