import { parseMessage, SipParseError } from '#sip-stack/parse.ts';
import { SipRequest } from '#sip-stack/message.ts';
import { stampVia } from '#sip-stack/transport.ts';
import { wireText } from '#sip-proxy/embedded/wire-text.ts';
import { Findings, type Attack, type AttackOptions, type Outcome } from './attack.ts';
import { Random } from './random.ts';
import { leastWork } from './thread-time.ts';
import { templates, wholeMessages } from './sip-corpus.ts';
import { mutate, mutateWhole, type Mutated } from './sip-mutation.ts';

const MESSAGES = 1_000_000;
/** Longer than this for one message, and a stranger could keep the server busy with few. Milliseconds. */
const SLOW_MS = 20;
const ENDS = { me: '192.0.2.1:5060', to: '127.0.0.1:5060' };
const SOURCE = { address: '192.0.2.1', port: 5060 };

/** So many messages, every one of them another; the same for the same seed. */
export function* spoilt(random: Random, count: number, ends = ENDS): Generator<Mutated> {
  const whole = wholeMessages();
  for (let n = 0; n < count; n++)
    yield random.chance(0.15)
      ? mutateWhole(random, random.pick(whole))
      : mutate(random, random.pick(templates), n, ends);
}

/** Spoilt messages to the parser alone: it takes or refuses each, quickly, and what it takes it can write and read again. */
export const parseAttack: Attack = {
  name: 'parse',
  title: '1,000,000 spoilt SIP messages to the parser (1 min)',
  async run({ seed, share, say }: AttackOptions): Promise<Outcome> {
    const findings = new Findings();
    const random = new Random(seed);
    const count = Math.round(MESSAGES * share);
    const verdicts: Record<string, number> = {};
    let [done, slowestMs, heapAfterFirst] = [0, 0, 0];
    for (const message of spoilt(random, count)) {
      let verdict = '';
      const wrong = (what: string): void => {
        if (findings.found.length < 20)
          findings.found.push(`${what}: ${JSON.stringify(message.bytes.toString('latin1'))}`);
      };
      const ms = leastWork(() => (verdict = judge(message.bytes, wrong)), SLOW_MS / 4);
      slowestMs = Math.max(slowestMs, ms);
      verdicts[verdict] = (verdicts[verdict] ?? 0) + 1;
      wrongly(message, verdict, findings);
      done += 1;
      if (done === Math.floor(count / 10)) heapAfterFirst = settled();
      if (done % 100_000 === 0) say(`${done} messages`);
    }
    findings.is('messages', done, count);
    findings.atMost('slowest message, ms', slowestMs, SLOW_MS);
    if (globalThis.gc)
      findings.atMost('growth of the heap since the first tenth, MB', (settled() - heapAfterFirst) / 2 ** 20, 4);
    findings.atLeast('messages taken', verdicts['taken'] ?? 0, count / 10);
    Object.assign(findings.figures, { verdicts, slowestMs });
    return findings;
  },
};

const settled = (): number => {
  for (let n = 0; n < 3; n++) globalThis.gc?.();
  return process.memoryUsage().heapUsed;
};

/** What the parser says: `taken`, or the status with which it refuses. */
function judge(bytes: Buffer, wrong: (what: string) => void): string {
  try {
    const message = parseMessage(bytes);
    if (message instanceof SipRequest) stampVia(message, SOURCE, true);
    const [written, again] = [message.toBuffer(), wireText(message)];
    // What was taken once must be taken again as it was written: by us, and by the client that gets it as it came.
    for (const text of [written, again]) {
      const back = parseMessage(text);
      if (back.callId !== message.callId || back.startLine !== message.startLine)
        wrong('read otherwise the second time');
    }
    return 'taken';
  } catch (error) {
    if (error instanceof SipParseError) return String(error.status);
    wrong(String(error));
    return 'broke';
  }
}

/** Refusals that belong to the parser; the others come from those behind it. */
const ofParser: ReadonlySet<string> = new Set(['400', '505', '513']);

function wrongly({ expected, how, bytes }: Mutated, verdict: string, findings: Findings): void {
  if (expected === 'anything' || expected === 'silence') return;
  const wanted = ofParser.has(String(expected)) ? String(expected) : 'taken';
  if (verdict !== wanted && findings.found.length < 20)
    findings.found.push(
      `${how}: ${verdict}, wanted ${wanted}: ${JSON.stringify(bytes.toString('latin1').slice(0, 800))}`,
    );
}
