import { parseArgs } from 'node:util';
import { endsSoon, hasEnded, KEY_DAYS } from '#accounts/access/key-term.ts';
import { makeServiceKey, takeServiceKeyBack } from '#accounts/access/service-keys.ts';
import { actsOfKeys } from '#accounts/access/table.ts';
import type { Database } from '#db/connect.ts';
import { serviceKeys, type ServiceKey } from '#db/staff/service-keys.ts';

const usage = `npm run service-keys -- list
npm run service-keys -- make NAME --act ACT [--act ACT ...] [--days N]
npm run service-keys -- end ID [--reason TEXT]

Keys of the servers of web and app layers, which they show to the API as a bearer token. ACT is one of:
${actsOfKeys.join(', ')}.
A key is told once, when it is made. It is good for N days: ${KEY_DAYS.usual} unless given, ${KEY_DAYS.most} at most. To replace one, make another of its
name, give it to the server, then end the old one: until then both are good. DATABASE_URL says where the database is; without it, it is that of \`npm start\`.`;

const by = { kind: 'command' } as const;
const options = {
  act: { type: 'string', multiple: true },
  days: { type: 'string' },
  reason: { type: 'string' },
  help: { type: 'boolean' },
} as const;

export interface KeyTerminal {
  readonly say: (text: string) => void;
  readonly complain: (text: string) => void;
}

/** Returns the exit code: 0 done, 1 not, for a reason that is told. Throws DatabaseUnavailable. */
export async function serviceKeyCommand(
  db: Database,
  now: () => Date,
  args: readonly string[],
  { say, complain }: KeyTerminal,
): Promise<number> {
  const asked = read(args);
  const [verb, which, ...rest] = asked?.positionals ?? [];
  if (asked?.values.help) {
    say(usage);
    return 0;
  }
  if (asked && verb === 'list' && which === undefined) {
    say(await listed(db, now()));
    return 0;
  }
  if (asked && verb === 'make' && which !== undefined && rest.length === 0) {
    const { act: acts = [], days } = asked.values;
    const term = days === undefined ? {} : { days: /^\d{1,4}$/.test(days) ? Number(days) : 0 };
    const made = await makeServiceKey(db, { now }, by, { name: which, acts, ...term });
    if (made.kind === 'made')
      say(`${made.key}\nThis is told once. It is good until ${day(made.endsAt)}. Its id is ${made.id}.`);
    else complain(`No key was made: ${made.faults.join(', ')}.\n\n${usage}`);
    return made.kind === 'made' ? 0 : 1;
  }
  if (asked && verb === 'end' && which !== undefined && rest.length === 0) {
    const isId = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/.test(which);
    const ended = isId && (await takeServiceKeyBack(db, { now }, by, { id: which, reason: asked.values.reason }));
    if (ended) say('The key is good for nothing from now on.');
    else complain('There is no such key that is good; `npm run service-keys -- list` says which there are.');
    return ended ? 0 : 1;
  }
  complain(`What is to be done?\n\n${usage}`);
  return 1;
}

function read(args: readonly string[]) {
  try {
    return parseArgs({ args: [...args], options, allowPositionals: true });
  } catch {
    return undefined;
  }
}

async function listed(db: Database, now: Date): Promise<string> {
  const rows = (await serviceKeys(db, now)).map((key) => {
    const { id, name, acts, madeAt } = key;
    return `${id}  ${name.padEnd(20)} since ${day(madeAt)}, ${endOf(key, now)}: ${acts.join(', ')}`;
  });
  return rows.length > 0 ? rows.join('\n') : 'There is no key yet; `npm run service-keys -- make` makes one.';
}

function endOf(key: ServiceKey, now: Date): string {
  if (key.endedAt) return `taken back ${day(key.endedAt)}`;
  if (hasEnded(key, now)) return `ended ${day(key.endsAt)}`;
  return `${endsSoon(key, now) ? 'ENDS SOON' : 'ends'} ${day(key.endsAt)}`;
}

const day = (at: Date): string => at.toISOString().slice(0, 10);
