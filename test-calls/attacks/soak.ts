import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { babble } from '../phone/sound.ts';
import { Phone } from '../phone/phone.ts';
import { Answering } from './answering.ts';
import { Findings, type Attack, type AttackOptions, type Outcome } from './attack.ts';
import { startMediaVictim, startSipVictim, type MediaVictim, type Resources, type SipVictim } from './victims.ts';

const SHORT_CALLS = 20_000;
const TOGETHER = 10;
const CONCURRENT = 100;
const MINUTES = 30;
/** Before what is measured: by then everything has been loaded that is ever loaded, and memory pools have their size. */
const WARM_UP = 50;
/** Timers J and L (RFC 3261 §17.2) last for 32 s: after them a server knows nothing of a call. Milliseconds. */
const PATIENCE_MS = 60_000;

const sleep = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

interface Left {
  readonly sip: Resources;
  readonly media: Resources;
  /** What is alive in both, apart from their clients. */
  readonly alive: string;
}

/** What lives in both servers; empty when nothing is left of any call. @param transactions those of the media server, too */
async function alive(sip: SipVictim, media: MediaVictim, transactions: boolean): Promise<string> {
  const { dialogs, received, sent, early, ringing, ...server } = await sip.dump();
  const { channels, tasks, ...other } = await media.dump();
  const kept = [...Object.entries(server.transactions.clients), ...Object.entries(server.transactions.servers)];
  if (transactions)
    for (const of of Object.values(other.sip.transactions as Record<string, object>)) kept.push(...Object.entries(of));
  const counts = { dialogs: dialogs.length, received: Object.keys(received).length, sent: Object.keys(sent).length };
  const all = { ...counts, early, ringing, calls: other.sip.calls, channels: channels.length, tasks: tasks.length };
  const named = Object.entries({ ...all, ...Object.fromEntries(kept) }).filter(([, n]) => n !== 0);
  return named.map(([name, n]) => `${String(n)} ${name}`).join(', ');
}

async function settle(sip: SipVictim, media: MediaVictim, patient: boolean): Promise<Left> {
  const until = performance.now() + (patient ? PATIENCE_MS : 10_000);
  while ((await alive(sip, media, patient)) !== '' && performance.now() < until) await sleep(100);
  return { sip: await sip.resources(), media: await media.resources(), alive: await alive(sip, media, patient) };
}

function compare(findings: Findings, what: string, before: Left, after: Left, megabytes: number): void {
  findings.is(`${what}: left alive`, after.alive, '');
  for (const name of ['sip', 'media'] as const) {
    const [was, is] = [before[name], after[name]];
    findings.atMost(`${what}: descriptors of ${name} more than before`, is.descriptors - was.descriptors, 2);
    findings.atMost(`${what}: sockets of ${name} more than before`, sockets(is) - sockets(was), 0);
    findings.atMost(
      `${what}: heap of ${name} more than before, MB`,
      (is.heapBytes - was.heapBytes) / 2 ** 20,
      megabytes,
    );
    findings.figures[`${what}: ${name}: resident MB before and after`] = [was.rssBytes, is.rssBytes].map((bytes) =>
      Math.round(bytes / 2 ** 20),
    );
  }
}

const sockets = ({ handles }: Resources): number =>
  ['UDPWrap', 'TCPSocketWrap', 'TCPServerWrap'].reduce((sum, name) => sum + (handles[name] ?? 0), 0);

/** Many short calls, and many at once for long: everything goes back to where it was. */
export const soakAttack: Attack = {
  name: 'soak',
  title: `${SHORT_CALLS} short calls, then ${CONCURRENT} at once for ${MINUTES} minutes (40 min)`,
  async run({ share, say }: AttackOptions): Promise<Outcome> {
    const findings = new Findings();
    const whole = share > 0.05;
    const folder = mkdtempSync(join(tmpdir(), 'attacked-'));
    const sip = await startSipVictim(whole ? {} : { timers: { T1: 50, T2: 200, T4: 250 } });
    const media = await startMediaVictim();
    let calls = 0;
    // One call in ten is recorded.
    const record = (callId: string): string => join(folder, `${callId}.wav`);
    const answering = await Answering.begin(sip, media, { record });
    const phones = await Promise.all(Array.from({ length: TOGETHER }, (_, n) => Phone.start({ name: `phone-${n}` })));
    const short = async (phone: Phone): Promise<void> => {
      const call = phone.dial(`sip:app@127.0.0.1:${sip.sipPort}`);
      if (!(await call.answered))
        return void findings.found.push(`a call was not answered: ${JSON.stringify(call.ending)}`);
      if (calls % 10 === 0) await call.speak(babble({ ms: 200 }));
      const { status } = await call.hangup();
      if (status !== 200) findings.found.push(`a BYE was answered ${status}`);
      await answering.taken.get(call.callId)?.over;
      rmSync(record(call.callId), { force: true });
      answering.taken.delete(call.callId);
      calls += 1;
    };
    const many = async (count: number): Promise<void> => {
      const until = calls + count;
      await Promise.all(
        phones.map(async (phone) => {
          while (calls < until && findings.found.length < 20) await short(phone);
        }),
      );
    };
    try {
      await many(WARM_UP);
      const before = await settle(sip, media, whole);
      const count = Math.round(SHORT_CALLS * share);
      for (let done = 0; done < count; done += 1000) {
        await many(Math.min(1000, count - done));
        say(`${calls - WARM_UP} short calls`);
      }
      compare(findings, 'short calls', before, await settle(sip, media, whole), 6);
      if (whole) {
        await concurrently(findings, phones, sip, MINUTES * 60_000 * share, say);
        compare(findings, 'long calls', before, await settle(sip, media, whole), 6);
      }
      findings.atLeast('short calls', calls, WARM_UP + count);
      findings.none('what the application could not do', answering.failed);
      findings.none('errors of the servers', [...(await sip.defects()), ...(await media.defects())]);
    } finally {
      for (const phone of phones) await phone.stop();
      answering.close();
      await sip.close();
      await media.close();
      rmSync(folder, { recursive: true, force: true });
    }
    return findings;
  },
};

async function concurrently(
  findings: Findings,
  phones: readonly Phone[],
  sip: SipVictim,
  ms: number,
  say: (text: string) => void,
): Promise<void> {
  const calls = Array.from({ length: CONCURRENT }, (_, n) =>
    phones[n % phones.length]!.dial(`sip:app@127.0.0.1:${sip.sipPort}`),
  );
  const answered = await Promise.all(calls.map((call) => call.answered));
  findings.is('calls at once', answered.filter(Boolean).length, CONCURRENT);
  for (const call of calls) void call.speak(babble({ ms: 5000, seed: 3 })).then(() => undefined);
  for (let minutes = ms / 60_000; minutes > 0; minutes -= 1) {
    await sleep(Math.min(1, minutes) * 60_000);
    say(`${CONCURRENT} calls talk, ${Math.max(0, Math.ceil(minutes - 1))} minutes more`);
  }
  const still = calls.filter(({ state }) => state === 'talking').length;
  findings.is('calls that talked to the end', still, CONCURRENT);
  await Promise.all(calls.map((call) => call.hangup()));
}
