import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { expect } from 'vitest';
import type { CallReport } from '#db/calls.ts';
import type { OutgoingCall } from './phone/outgoing-call.ts';
import type { Stage } from './stage.ts';

type Side = 'inside' | 'outside';

export interface HeardPrompt {
  readonly key: string;
  readonly language: string;
  readonly version: string;
  readonly heard: 'whole' | 'part' | 'nothing';
}

/** One call as the platform tells it afterwards. */
export interface Told {
  readonly call: CallReport['call'];
  readonly report: CallReport;
  /** `en:offer.notice`, in the order in which they were begun. */
  readonly prompts: Record<Side, string[]>;
  readonly versions: readonly HeardPrompt[];
  /** Keys that counted; those that did not stand in brackets. */
  readonly keys: Record<Side, string[]>;
  /** How much of a prompt was heard, the last time. */
  readonly share: (key: string) => HeardPrompt['heard'] | undefined;
  readonly kinds: (kind: string) => Record<string, unknown>[];
}

/** Waits until a call is closed, and reads what was kept of it. */
export async function toldOf(stage: Stage, inside: OutgoingCall): Promise<Told> {
  return toldById(stage, await stage.idOf(inside));
}

export async function toldById(stage: Stage, callId: string): Promise<Told> {
  await stage.journals.until(callId, 'closed');
  const report = await expect
    .poll(() => stage.report(callId), { timeout: 10_000, interval: 25 })
    .toMatchObject({ call: { closedAt: expect.any(Date) as Date } })
    .then(() => stage.report(callId));
  return tell(report);
}

export function tell(report: CallReport): Told {
  const { call, events } = report;
  const prompts: Record<Side, string[]> = { inside: [], outside: [] };
  const keys: Record<Side, string[]> = { inside: [], outside: [] };
  const versions: HeardPrompt[] = [];
  for (const { kind, data } of events) {
    const side = data['leg'] === 'outside' ? 'outside' : 'inside';
    if (kind === 'heard')
      for (const prompt of data['prompts'] as HeardPrompt[]) {
        versions.push(prompt);
        prompts[side].push(`${prompt.language}:${prompt.key}`);
      }
    if (kind === 'key') keys[side].push(String(data['key']));
    if (kind === 'ignored-key') keys[side].push(`(${String(data['key'])})`);
    if (kind === 'entry') keys[side].push(String(data['digits']));
  }
  const kinds = (wanted: string) => events.filter(({ kind }) => kind === wanted).map(({ data }) => data);
  const share = (key: string) => versions.findLast((prompt) => prompt.key === key)?.heard;
  return { call, report, prompts, versions, keys, share, kinds };
}

const order = ['offHook', 'policy', 'ringing', 'greeting', 'talking', 'done'] as const;

/** The states a call went through: these and no others, one after the other, the journal and the record agreeing. */
export function expectStates({ call, kinds }: Told, ...states: (typeof order)[number][]): void {
  const wanted = order.filter((state) => states.includes(state));
  expect(Object.keys(call.states).sort()).toEqual([...wanted].sort());
  const times = wanted.map((state) => call.states[state]?.getTime() ?? NaN);
  expect(times).toEqual([...times].sort((a, b) => a - b));
  expect(kinds('state').map(({ state }) => state)).toEqual(wanted);
  expect(call.closedAt).toEqual(call.states.done);
}

/** Wall-clock time of a moment on the phones' clock. */
export const wallTime = (ms: number): number => performance.timeOrigin + ms;

/** Asserts that a moment of the record lies within `withinMs` of one on a phone's clock. */
export function expectNear(at: Date | undefined, ms: number | undefined, withinMs = 1_500): void {
  expect(Math.abs((at?.getTime() ?? NaN) - wallTime(ms ?? NaN))).toBeLessThan(withinMs);
}

/** The version that a journal must name for a sound file. */
export const versionOf = async (path: string): Promise<string> =>
  createHash('sha256')
    .update(await readFile(path))
    .digest('hex')
    .slice(0, 12);
