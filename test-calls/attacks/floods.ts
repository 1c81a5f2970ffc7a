import { AdminClient, obliging, type Answers } from './admin-client.ts';
import { Findings, type Attack, type AttackOptions, type Outcome } from './attack.ts';
import { flood } from './flood.ts';
import { servesCall } from './serves.ts';
import { Talks, type Heard } from './talks.ts';
import { startMediaVictim, startSipVictim, type Resources, type SipVictim } from './victims.ts';

const ATTACKER = '127.0.0.2';
const PER_SECOND = 5000;
const SECONDS = 60;
const HALF_OPEN = 10_000;
/** Calls in progress meanwhile. */
const CALLS = 10;
/** For tests, so that transactions are over in 3 s instead of 32. */
const quickTimers = { T1: 50, T2: 200, T4: 250 };

/** Never answers who calls `silent`, and is obliging to all others. */
const forgetful: Answers = (delivered) =>
  delivered.message.toString('latin1', 0, 40).startsWith('INVITE sip:silent@') ? undefined : obliging(delivered);

const lossless = (findings: Findings, what: string, { packets, missing, foreign, longestGapMs }: Heard): void => {
  findings.is(`${what}: frames that were not heard`, missing, 0);
  findings.is(`${what}: packets that nobody said`, foreign, 0);
  findings.figures[`${what}: packets heard, longest gap in ms`] = [packets, Math.round(longestGapMs)];
};

/** Waits until nothing is left of what came. */
async function forgotten(sip: SipVictim): Promise<void> {
  for (;;) {
    const { transactions, waitingForClient } = await sip.metrics();
    if (transactions + waitingForClient === 0) return;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}

const megabytes = (before: Resources, after: Resources): number => (after.heapBytes - before.heapBytes) / 2 ** 20;

/** 5,000 INVITEs a second from one address, half of them nonsense, to the SIP server, and then to the media server, while calls go on. */
export const inviteFloodAttack: Attack = {
  name: 'invite-flood',
  title: `${PER_SECOND} INVITEs a second, half of them nonsense, for ${SECONDS} s to each server while ${CALLS} calls go on (4 min)`,
  async run({ seed, share, say }: AttackOptions): Promise<Outcome> {
    const findings = new Findings();
    const [whole, seconds] = [share === 1, Math.max(1.5, SECONDS * share)];
    const sip = await startSipVictim(
      whole ? {} : { timers: quickTimers, limits: { mostReceived: 600, mostReceivedOfOne: 300 } },
    );
    const media = await startMediaVictim();
    const client = await AdminClient.connect(sip.controlPort);
    const talks = await Talks.begin(sip, media, whole ? CALLS : 3);
    try {
      talks.heard();
      const before = await sip.resources();
      const start = performance.now();
      for (const [name, port] of [
        ['SIP server', sip.sipPort],
        ['media server', media.sipPort],
      ] as const) {
        say(`${name}: ${seconds} s`);
        const orders = { seed, port, address: ATTACKER, perSecond: PER_SECOND, seconds, calls: 'garbage' } as const;
        const flooding = flood(orders);
        const speaking = talks.speak(Math.round((seconds + 1) * 50));
        if (name === 'SIP server')
          findings.is('a call of another goes through meanwhile', await servesCall(port), true);
        const { sent, back } = await flooding;
        await speaking;
        lossless(findings, `${name} flooded`, talks.heard());
        findings.figures[`${name}: sent and what came back`] = { sent, back };
      }
      const during = await sip.resources();
      const { tooMany } = await sip.metrics();
      findings.atLeast('requests turned away by the SIP server', tooMany, 1);
      findings.atLeast(
        'requests turned away by the media server',
        (await media.metrics()).requestsTurnedAway,
        whole ? 1 : 0,
      );
      findings.atMost('growth of the heap while it lasts, MB', megabytes(before, during), whole ? 250 : 60);
      const took = (performance.now() - start) / 1000;
      findings.atMost('lines in its log a second', (during.logLines - before.logLines) / took, 100);
      await talks.end();
      await forgotten(sip);
      findings.atMost('growth of the heap afterwards, MB', megabytes(before, await sip.resources()), 8);
      findings.is('a call goes through afterwards', await servesCall(sip.sipPort), true);
      findings.none('errors of the servers', [...(await sip.defects()), ...(await media.defects())]);
    } finally {
      client.close();
      await sip.close();
      await media.close();
    }
    return findings;
  },
};

/** INVITEs that nobody answers, and INVITEs that are answered and never acknowledged. */
export const halfOpenAttack: Attack = {
  name: 'half-open',
  title: `${HALF_OPEN} calls that are never answered, ${HALF_OPEN} that are never acknowledged, while ${CALLS} go on (4 min)`,
  async run({ seed, share }: AttackOptions): Promise<Outcome> {
    const findings = new Findings();
    const whole = share === 1;
    const count = Math.round(HALF_OPEN * share);
    const sip = await startSipVictim(whole ? {} : { timers: quickTimers, limits: { inviteAnswer: 3000 } });
    const media = await startMediaVictim();
    const client = await AdminClient.connect(sip.controlPort, forgetful);
    const talks = await Talks.begin(sip, media, whole ? CALLS : 2);
    try {
      talks.heard();
      const before = await sip.resources();
      for (const calls of ['silent', 'talk'] as const) {
        const perSecond = 2000;
        const seconds = count / perSecond;
        const flooding = flood({ seed, port: sip.sipPort, address: ATTACKER, perSecond, seconds, calls });
        const speaking = talks.speak(Math.round((seconds + 1) * 50));
        const { sent, back } = await flooding;
        await speaking;
        lossless(findings, calls, talks.heard());
        const { waitingForClient, dialogs } = await sip.metrics();
        findings.is(`${calls}: calls placed`, sent, count);
        if (calls === 'silent') findings.atMost('calls that wait for the client', waitingForClient, 1000);
        const during = await sip.resources();
        findings.atMost(`${calls}: kB a call`, (during.heapBytes - before.heapBytes) / count / 1024, 40);
        findings.figures[`${calls}: came back, dialogs, MB`] = { back, dialogs, mb: megabytes(before, during) };
        findings.is(`${calls}: a call of another goes through meanwhile`, await servesCall(sip.sipPort), true);
      }
      await talks.end();
      await forgotten(sip);
      findings.is('dialogs left', (await sip.metrics()).dialogs, 0);
      findings.atMost('growth of the heap afterwards, MB', megabytes(before, await sip.resources()), 8);
      findings.none('errors of the servers', [...(await sip.defects()), ...(await media.defects())]);
    } finally {
      client.close();
      await sip.close();
      await media.close();
    }
    return findings;
  },
};
