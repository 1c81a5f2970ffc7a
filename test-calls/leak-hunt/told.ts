import type { Finding } from './finding.ts';
import type { Hunted, Played } from './hunt.ts';
import { megabytes } from './hunt.ts';

/** What was found in one place in one form, and how often. */
interface Heap {
  readonly place: string;
  readonly form: string;
  readonly kind: string;
  readonly times: number;
  /** Different secrets. */
  readonly secrets: number;
  readonly most: number;
  readonly reversed: boolean;
  readonly example: string;
}

/** What was searched and found, for people and as JSON; no digit of a secret is in either. */
export function told(played: Played, hunted: Hunted, asked: { readonly payments: number; readonly pins: number }) {
  const { files, prompts, rows, pages, heaps, memory, verdict, inMemory } = hunted;
  const written = verdict.leaks.filter((leak) => !inMemory.includes(leak));
  const clean = verdict.leaks.length === 0 && played.faults.length === 0;
  const held = Object.values(memory).reduce((sum, bytes) => sum + bytes, 0);
  const text = [
    '',
    `played     ${played.paid} of ${asked.payments} payments as they should go, ${asked.pins} PINs from inside`,
    ...played.faults.map((fault) => `           ✗ ${fault}`),
    `searched   ${files.files} files (logs, spool, database, its log and WAL): ${megabytes(files.bytes)}`,
    `           ${prompts.files} files of prompts: ${megabytes(prompts.bytes)}`,
    ...[...files.unread, ...prompts.unread].map((why) => `           could not be read: ${why}`),
    `           ${rows.rows} rows of ${rows.tables} tables: ${megabytes(rows.bytes)}`,
    `           ${pages.pages} pages of metrics and live state: ${megabytes(pages.bytes)}`,
    `           ${heaps.snapshots} heap snapshots: ${heaps.nodes} nodes, ${heaps.strings} strings, ${megabytes(heaps.bytes)}`,
    `           the memory of ${Object.keys(memory).length} processes: ${megabytes(held)}`,
    `for        card numbers, the rest of cards, passcodes with codes, PINs: seven digits in a row and more, forwards and backwards, as text`,
    '           (separators, UTF-16, lists), hexadecimal, base64, bytes, packed decimal, key by key, lists in heaps',
    `by chance  ${verdict.byChance.length} times seven to nine digits; ${verdict.byChanceOfOthers.length} of as many numbers that nobody typed`,
    `leaks      ${written.length} written or held, ${inMemory.length} in memory that nothing refers to`,
    ...together(verdict.leaks).map(
      ({ place, form, kind, times, secrets, most, example }) =>
        `  ✗ ${place}: ${kind} as ${form}, up to ${most} digits, ${times} times, ${secrets} different: ${example}`,
    ),
    clean ? 'Nothing that was typed is anywhere.' : 'NOT clean.',
  ].join('\n');
  const report = {
    clean,
    asked,
    played,
    searched: { files, prompts, rows, pages, heaps, memory },
    leaks: together(verdict.leaks),
  };
  return {
    text,
    clean,
    report: { ...report, byChance: together(verdict.byChance), byChanceOfOthers: together(verdict.byChanceOfOthers) },
  };
}

function together(leaks: readonly Finding[]): Heap[] {
  const groups = new Map<string, Finding[]>();
  for (const leak of leaks) {
    const key = `${leak.place} ${leak.form} ${leak.secret.kind} ${leak.reversed}`;
    groups.set(key, [...(groups.get(key) ?? []), leak]);
  }
  return [...groups.values()].map((group) => {
    const [first] = group;
    return {
      ...{ place: first!.place, form: first!.form, kind: first!.secret.kind, reversed: first!.reversed },
      times: group.length,
      secrets: new Set(group.map(({ secret }) => secret.digits)).size,
      most: Math.max(...group.map(({ count }) => count)),
      example: first!.around,
    };
  });
}
