import { sql } from 'kysely';
import type { Stage } from '../stage.ts';
import { dollars, playPayment, playPin } from './calls.ts';
import type { Cast } from './cast.ts';
import { castOf } from './cast.ts';
import { AgentsPhones } from './desk.ts';
import type { FilesSearched } from './files.ts';
import { searchFiles } from './files.ts';
import type { Finding, Verdict } from './finding.ts';
import { judge, memoryOf } from './finding.ts';
import type { HeapsSearched } from './processes.ts';
import { runningIn, searchHeaps, searchMemory, searchPages } from './processes.ts';
import type { RowsSearched } from './rows.ts';
import { searchRows } from './rows.ts';
import { Search } from './search.ts';

export interface Hunted {
  readonly files: FilesSearched;
  /** What is spoken: a balance or a reference must not stay there either. */
  readonly prompts: FilesSearched;
  readonly rows: RowsSearched;
  readonly pages: { readonly pages: number; readonly bytes: number };
  readonly heaps: HeapsSearched;
  /** Bytes of each process; of none when the memory was not searched. */
  readonly memory: Readonly<Record<string, number>>;
  readonly verdict: Verdict;
  /** Of the verdict's leaks, those that only a core dump would hold: nothing refers to them any longer. */
  readonly inMemory: readonly Finding[];
}

export interface HuntOptions {
  /** Everything that the platform wrote. */
  readonly folder: string;
  readonly heapFolder: string;
  /** Also searches the whole memory of each process. */
  readonly memory: boolean;
  readonly say: (text: string) => void;
}

/** Searches everything that a platform wrote and holds for what was typed on it. The platform goes on. */
export async function huntIn(stage: Stage, { secrets, payments, pins }: Cast, options: HuntOptions): Promise<Hunted> {
  const { folder, heapFolder, memory, say } = options;
  const { system } = stage;
  const never = castOf(payments.length, pins.length, NEVER_TYPED).secrets;
  const search = new Search(secrets, never);
  // First what collecting garbage would take away.
  const bytesOf: Record<string, number> = {};
  if (memory)
    for (const running of runningIn(system)) {
      bytesOf[running.name] = await searchMemory(search, running);
      say(`memory of ${running.name}: ${megabytes(bytesOf[running.name] ?? 0)}`);
    }
  const pages = await searchPages(search, system);
  const heaps = await searchHeaps(search, runningIn(system), heapFolder);
  say(`${heaps.snapshots} heap snapshots: ${heaps.nodes} nodes, ${heaps.strings} strings, ${megabytes(heaps.bytes)}`);
  const rows = await searchRows(search, system.db);
  say(`${rows.rows} rows of ${rows.tables} tables`);
  // So that the database's files hold what it holds.
  await sql`checkpoint`.execute(system.db);
  const files = await searchFiles(search, folder);
  const prompts = await searchFiles(search, system.config.PROMPT_FOLDER);
  say(`${files.files} files: ${megabytes(files.bytes)}, and ${prompts.files} of prompts`);
  const verdict = judge(search.findings, search.others);
  const inMemory = verdict.leaks.filter(({ place }) => place.startsWith(memoryOf('')));
  return { files, prompts, rows, pages, heaps, memory: bytesOf, verdict, inMemory };
}

/** The seed of the cast that nobody plays. */
const NEVER_TYPED = 4_711;

export const megabytes = (bytes: number): string => `${(bytes / 1e6).toFixed(1)} MB`;

export interface Played {
  readonly paid: number;
  /** What went wrong, call by call. */
  readonly faults: readonly string[];
}

/** So many calls are alone on the line: what wrote their keys one by one wrote them in a row. */
const ALONE = 10;

/** Plays every payment of the cast, then its PINs, some at the same time; checks that each account has exactly what was paid. */
export async function playCast(stage: Stage, { payments, pins }: Cast, atOnce: number): Promise<Played> {
  const faults: string[] = [];
  let paid = 0;
  const one = async (nth: number): Promise<void> => {
    const payment = payments[nth]!;
    try {
      const cents = await playPayment(stage, payment);
      const account = stage.system.db.selectFrom('ledgerAccount').select('balanceCents');
      const row = await account.where('accountId', '=', payment.family.accountId).executeTakeFirst();
      if (Number(row?.balanceCents) !== cents)
        faults.push(
          `payment ${nth} (${payment.way}, ${payment.by}): ${row?.balanceCents ?? 'no'} cents instead of ${cents}`,
        );
      paid++;
    } catch (error) {
      faults.push(`payment ${nth} (${payment.way}, ${payment.by}): ${String(error)}`);
    }
  };
  const agents = await AgentsPhones.open(stage, dollars);
  try {
    const alone = Math.min(ALONE, payments.length);
    for (let nth = 0; nth < alone; nth++) await one(nth);
    let next = alone;
    const lane = async (): Promise<void> => {
      while (next < payments.length) await one(next++);
    };
    await Promise.all(Array.from({ length: atOnce }, lane));
  } finally {
    await agents.close();
  }
  for (const [nth, pin] of pins.entries()) await playPin(stage, `+1805555${String(100 + nth).padStart(4, '0')}`, pin);
  return { paid, faults };
}
