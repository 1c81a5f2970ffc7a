import { blockHistory } from '#db/blocks.ts';
import type { Database } from '#db/connect.ts';
import { balanceOf, driftedHolders, trialBalance } from '#db/ledger.ts';
import { sandboxTakings } from '#db/sandbox-gateway.ts';
import { transactionsOf } from '#db/statements.ts';
import { percentile, rounded } from '../bench/figures.ts';
import type { FamilyCaller } from '../family/caller.ts';
import type { Stage } from '../stage.ts';
import type { Scene } from './scenes.ts';

/** One call as it went, and what is written down of it. */
export interface Told {
  readonly scene: string;
  readonly title: string;
  readonly seconds: number;
  readonly keys: number;
  /** From a key to the prompt that answers it, milliseconds: the middle one. */
  readonly keyToPromptMs: number;
  readonly heardAndPressed: readonly string[];
  readonly postings: readonly { readonly kind: string; readonly cents: number; readonly reference: string }[];
  readonly balanceCents: number;
  readonly blocked: readonly string[];
  /** What was not as it should be. */
  readonly faults: readonly string[];
}

interface Gone {
  readonly caller: FamilyCaller;
  readonly lines: readonly string[];
  readonly faults: readonly string[];
}

/** Holds the call against the ledger and the blocks. */
export async function tell(stage: Stage, scene: Scene, { caller, lines, faults }: Gone): Promise<Told> {
  const { db } = stage.system;
  const { accountId, number } = scene.family;
  const { balanceCents } = await balanceOf(db, accountId);
  const { transactions } = await transactionsOf(db, accountId, { limit: 10 });
  const blocks = await blockHistory(db, number);
  const blocked = blocks.flatMap(({ scope }) => (scope === 'all' ? 'all' : scope.facilityId));
  const { call, keys, reactions } = caller;
  return {
    ...{ scene: scene.name, title: scene.title, keys, heardAndPressed: lines, balanceCents, blocked },
    seconds: rounded(((call.ending?.atMs ?? NaN) - (call.answeredMs ?? NaN)) / 1000),
    keyToPromptMs: rounded(
      percentile(
        reactions.map(({ ms }) => ms),
        0.5,
      ),
    ),
    postings: transactions.map(({ kind, cents, reference }) => ({ kind, cents, reference })),
    faults: [
      ...faults,
      ...(balanceCents === scene.cents ? [] : [`the account has ${balanceCents} cents instead of ${scene.cents}`]),
      ...(blocked.join() === scene.blocked.join() ? [] : [`blocked is ${blocked.join() || 'nothing'}`]),
    ],
  };
}

/** The books of the house, and whether they agree with each other and with the card gateway's. Cents. */
export async function booksOf(db: Database) {
  const trial = await trialBalance(db);
  const drifted = await driftedHolders(db);
  const gateway = await sandboxTakings(db);
  const sum = Object.values(trial).reduce((total, cents) => total + cents, 0);
  const faults = [
    ...(sum === 0 ? [] : [`the ledger does not add up: ${sum} cents`]),
    ...(drifted.length === 0 ? [] : [`${drifted.length} balances are not what their entries come to`]),
    ...(trial['card-clearing'] === -gateway.netCents ? [] : ['the ledger and the card gateway do not agree']),
  ];
  return { trial, gateway, faults };
}

const dollars = (cents: number): string => `${cents < 0 ? '-' : ''}$${(Math.abs(cents) / 100).toFixed(2)}`;

/** The calls as a table for a terminal, and what the ledger says. */
export function linesOf(
  told: readonly Told[],
  { trial, gateway, faults }: Awaited<ReturnType<typeof booksOf>>,
): string[] {
  const header = ['call', 'seconds', 'keys', 'key→prompt', 'posted', 'balance', 'blocked', ''];
  const rows = told.map((call) => [
    call.scene,
    call.seconds.toFixed(1),
    String(call.keys),
    `${call.keyToPromptMs} ms`,
    call.postings.map(({ cents }) => dollars(cents)).join(' + ') || '-',
    dollars(call.balanceCents),
    call.blocked.join(', ') || '-',
    call.faults.length === 0 ? 'ok' : 'NOT OK',
  ]);
  const widths = header.map((_, column) => Math.max(...[header, ...rows].map((row) => row[column]?.length ?? 0)));
  const line = (row: readonly string[]) =>
    row
      .map((cell, at) => cell.padEnd(widths[at] ?? 0))
      .join('  ')
      .trimEnd();
  return [
    '',
    ...[header, widths.map((width) => '─'.repeat(width)), ...rows].map(line),
    '',
    `Ledger: holders ${dollars(trial.holder)}, card clearing ${dollars(trial['card-clearing'])}, together ${dollars(
      Object.values(trial).reduce((sum, cents) => sum + cents, 0),
    )}; the card gateway took ${dollars(gateway.capturedCents)} in ${gateway.charges} charges.`,
    ...faults.map((fault) => `✗ ${fault}`),
  ];
}
