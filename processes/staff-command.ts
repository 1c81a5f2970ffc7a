import { parseArgs } from 'node:util';
import { roles } from '#accounts/access/acts.ts';
import { needsCode } from '#accounts/access/table.ts';
import { addMember, endMember, setMemberPassword, type StaffChanged } from '#accounts/staff/member.ts';
import type { StaffDeps } from '#accounts/staff/ports.ts';
import { usernameKeyOf } from '#accounts/staff/username.ts';
import type { Database } from '#db/connect.ts';
import { staffMember, staffMembers } from '#db/staff/members.ts';

export interface StaffTerminal {
  readonly say: (text: string) => void;
  readonly complain: (text: string) => void;
  readonly askPassword: () => Promise<string>;
}

const usage = `npm run staff -- list
npm run staff -- add USERNAME --name NAME --role ROLE [--language en|es] [--agent ID] [--facility ID ...]
npm run staff -- new-password USERNAME [--without-code]
npm run staff -- end USERNAME [--reason TEXT]

Who works here and signs in at the console. ROLE is one of: ${roles.join(', ')}. --agent: whom of the desk they are;
--facility: of facility-staff, whose calls they see. The password is asked, or read from what is piped in; --without-code: the six
digits of an app are asked no more, and set up anew by whoever manages staff. DATABASE_URL says where the database is; without it, it is that of \`npm start\`.`;

const firstCode = 'At the first sign-in they set up a code with an app on their phone.';
const by = { kind: 'command' } as const;
const options = {
  name: { type: 'string' },
  role: { type: 'string' },
  language: { type: 'string', default: 'en' },
  agent: { type: 'string' },
  facility: { type: 'string', multiple: true },
  reason: { type: 'string' },
  'without-code': { type: 'boolean' },
  help: { type: 'boolean' },
} as const;

/** What was asked for cannot be read: it is told, with the usage. */
class Misread extends Error {}

/** Returns the exit code: 0 done, 1 not, for a reason that is told. Throws DatabaseUnavailable. */
export async function staffCommand(
  db: Database,
  deps: StaffDeps,
  args: readonly string[],
  terminal: StaffTerminal,
): Promise<number> {
  try {
    return await work(db, deps, args, terminal);
  } catch (error) {
    if (!(error instanceof Misread)) throw error;
    terminal.complain(`${error.message}\n\n${usage}`);
    return 1;
  }
}

async function work(db: Database, deps: StaffDeps, args: readonly string[], terminal: StaffTerminal): Promise<number> {
  const { values, positionals } = read(args);
  const [verb, username, ...rest] = positionals;
  if (values.help) {
    terminal.say(usage);
    return 0;
  }
  if (rest.length > 0) throw new Misread('There is a word too many. A password is never an argument.');
  if (verb === 'list' && username === undefined) {
    terminal.say(await listed(db));
    return 0;
  }
  if (username === undefined) throw new Misread('What is to be done, and with whom?');
  const told = (changed: StaffChanged, what: string) => tell(changed, `${username} ${what}`, terminal);
  if (verb === 'add') {
    const { name, facility: facilityIds, agent: agentId } = values;
    const role = roles.find((one) => one === values.role);
    if (role === undefined) throw new Misread(`--role is one of: ${roles.join(', ')}.`);
    if (name === undefined) throw new Misread('--name says who it is.');
    const language = (['en', 'es'] as const).find((one) => one === values.language);
    if (language === undefined) throw new Misread('--language is en or es.');
    const member = { username, name, role, language, agentId, facilityIds, password: await terminal.askPassword() };
    const what = `works here from now on, as ${role}.${needsCode(role) ? ` ${firstCode}` : ''}`;
    return told(await addMember(db, deps, by, member), what);
  }
  if (verb !== 'end' && verb !== 'new-password') throw new Misread(`What is ${verb}?`);
  const member = await staffMember(db, { usernameKey: usernameKeyOf(username) ?? '' });
  const whom = { by, id: member?.id ?? '', reason: values.reason };
  if (!member) return told({ kind: 'unknown' }, '');
  if (verb === 'end') return told(await endMember(db, deps, whom), 'works here no more, and is signed out.');
  const password = { password: await terminal.askPassword(), withoutCode: values['without-code'] };
  const codeDue = needsCode(member.role) && (member.totp === null || password.withoutCode === true);
  const what = `has another password, and is signed out.${codeDue ? ` ${firstCode}` : ''}`;
  return told(await setMemberPassword(db, deps, whom, password), what);
}

function tell(changed: StaffChanged, done: string, { say, complain }: StaffTerminal): number {
  if (changed.kind === 'done') {
    say(done);
    return 0;
  }
  complain(
    changed.kind === 'unknown'
      ? 'Nobody of this username works here; `npm run staff -- list` says who does.'
      : `Nothing was changed: ${changed.faults.join(', ')}.`,
  );
  return 1;
}

async function listed(db: Database): Promise<string> {
  const rows = (await staffMembers(db)).map(({ username, name, role, agentId, facilityIds, totp, endedAt }) =>
    [
      username.padEnd(16),
      name.padEnd(24),
      role.padEnd(15),
      [
        ...(agentId === null ? [] : [`at the desk ${agentId}`]),
        ...(facilityIds.length > 0 ? [facilityIds.join(', ')] : []),
        ...(totp === null ? [] : ['with a code']),
        ...(endedAt ? [`left ${endedAt.toISOString().slice(0, 10)}`] : []),
      ].join('; '),
    ]
      .join(' ')
      .trimEnd(),
  );
  return rows.length > 0 ? rows.join('\n') : 'Nobody works here yet; `npm run staff -- add` adds somebody.';
}

function read(args: readonly string[]) {
  try {
    return parseArgs({ args: [...args], options, allowPositionals: true });
  } catch (error) {
    // What was typed is not told: it may be a password.
    throw new Misread(
      `An option is not known, or lacks its value (${(error as { code?: string }).code ?? 'unreadable'}).`,
    );
  }
}
