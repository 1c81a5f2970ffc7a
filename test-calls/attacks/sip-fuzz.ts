import { AdminClient } from './admin-client.ts';
import { Findings, type Attack, type AttackOptions, type Outcome } from './attack.ts';
import { spoilt } from './parse-fuzz.ts';
import { Random } from './random.ts';
import { foundCases } from './sip-corpus.ts';
import type { Mutated } from './sip-mutation.ts';
import { servesCall } from './serves.ts';
import { SipSource, type Back } from './sip-source.ts';
import { startSipVictim, type SipVictim } from './victims.ts';

const MESSAGES = 1_000_000;
/** Messages between two looks whether the server is still there and what it has answered. */
const BATCH = 100;
/** What a server may say to a message that is spoilt in any way. */
const allowed: ReadonlySet<number> = new Set([
  100, 200, 400, 403, 405, 408, 415, 416, 420, 422, 480, 481, 482, 486, 487, 489, 491, 501, 503, 505, 513,
]);

/** Spoilt messages to the port of a server that runs: each gets the one right answer, or silence, and nothing is left of it. */
export const sipFuzzAttack: Attack = {
  name: 'sip-fuzz',
  title: '1,000,000 spoilt SIP messages to a running server with a client (15 min)',
  async run({ seed, share, say }: AttackOptions): Promise<Outcome> {
    const findings = new Findings();
    const count = Math.round(MESSAGES * share);
    const server = await startSipVictim({ timers: { T1: 8, T2: 32, T4: 40 } });
    const client = await AdminClient.connect(server.controlPort);
    const source = await SipSource.open(server.sipPort);
    try {
      for (const { bytes } of foundCases()) source.send(bytes);
      await source.barrier();
      const random = new Random(seed);
      const ends = { me: `127.0.0.1:${source.port}`, to: `127.0.0.1:${server.sipPort}` };
      const answers = new Map<string, Back[]>();
      source.onBack = (back) => {
        const known = answers.get(back.branch);
        if (known) known.push(back);
        else answers.set(back.branch, [back]);
        if (back.status >= 300 && /^\d+\s+INVITE$/.test(back.response.get('cseq') ?? ''))
          source.send(acknowledge(back));
      };
      let batch: Mutated[] = [];
      let [done, heapAfterFirst, judged] = [0, 0, 0];
      const settle = async (): Promise<void> => {
        await source.barrier();
        for (const one of batch) judged += judge(one, answers, findings) ? 1 : 0;
        for (const back of [...answers.values()].flat())
          if (!allowed.has(back.status))
            note(findings, `answered ${back.status}: ${back.response.startLine} ${back.branch}`);
        batch = [];
        answers.clear();
        client.delivered.length = 0;
      };
      for (const message of spoilt(random, count, ends)) {
        source.send(message.bytes);
        batch.push(message);
        done += 1;
        if (batch.length === BATCH) await settle();
        if (done === Math.floor(count / 10)) heapAfterFirst = (await quiet(server)).heapBytes;
        if (done % 50_000 === 0) say(`${done} messages, ${judged} of them with one right answer`);
      }
      await settle();
      const after = await quiet(server);
      findings.is('messages', done, count);
      findings.atLeast('messages with one right answer', judged, count / 2);
      findings.none(
        'what came back and is no SIP',
        source.odd.filter((line) => !/Bad CSeq|Bad Via/.test(line)),
      );
      findings.none('errors of the server', await server.defects());
      findings.is('the client is still connected', client.closed, false);
      findings.atMost('growth of the heap since the first tenth, MB', (after.heapBytes - heapAfterFirst) / 2 ** 20, 6);
      findings.is('a call goes through afterwards', await servesCall(server.sipPort), true);
      findings.figures['log lines'] = after.logLines;
      findings.figures['server CPU, ms a message'] = after.cpuMs / count;
    } finally {
      source.close();
      client.close();
      await server.close();
    }
    return findings;
  },
};

const note = (findings: Findings, line: string): void => void (findings.found.length < 20 && findings.found.push(line));

/** Whether it has one right answer; another one is noted. */
function judge(one: Mutated, answers: ReadonlyMap<string, readonly Back[]>, findings: Findings): boolean {
  const { branch, expected, how, bytes } = one;
  if (branch === undefined || expected === 'anything') return false;
  const finals = new Set((answers.get(branch) ?? []).map(({ status }) => status).filter((status) => status >= 200));
  const seen = finals.size === 0 ? 'silence' : [...finals].join(' and ');
  if (seen !== String(expected))
    note(findings, `${how}: ${seen}, wanted ${expected}: ${JSON.stringify(bytes.toString('latin1').slice(0, 1500))}`);
  return true;
}

/** RFC 3261 §17.1.1.3, from what the answer repeats of the request. */
const acknowledge = ({ response }: Back): string => {
  const copied = ['via', 'from', 'to', 'call-id'].map((name) => {
    const value = name === 'via' ? response.getAll('via')[0] : response.get(name);
    return `${name}: ${value ?? ''}\r\n`;
  });
  const [number] = (response.get('cseq') ?? '').split(/\s/);
  return `ACK sip:b@127.0.0.1 SIP/2.0\r\n${copied.join('')}CSeq: ${number} ACK\r\nMax-Forwards: 70\r\n\r\n`;
};

/** What it uses when all transactions are over. */
async function quiet(server: SipVictim): ReturnType<SipVictim['resources']> {
  for (let tries = 0; tries < 600; tries++) {
    const { transactions, waitingForClient } = await server.metrics();
    if (transactions + waitingForClient === 0) break;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  return server.resources();
}
