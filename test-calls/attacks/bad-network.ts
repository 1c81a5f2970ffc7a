import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { follow, noise } from '../bench/fidelity.ts';
import { toLinear } from '../phone/mu-law.ts';
import { Phone } from '../phone/phone.ts';
import { Answering, recorded } from './answering.ts';
import { Findings, type Attack, type AttackOptions, type Outcome } from './attack.ts';
import { Random } from './random.ts';
import { rough, RoughNetwork } from './rough-network.ts';
import { startMediaVictim, startSipVictim } from './victims.ts';

const CALLS = 100;
/** At once. */
const TOGETHER = 10;
const SPEECH_SECONDS = 4;
const KEYS = '1234567890*#1122';
const FRAME = 160;

/** Calls through a network that loses, delays, reorders and doubles, SIP and RTP alike. */
export const badNetworkAttack: Attack = {
  name: 'bad-network',
  title: `${CALLS} calls over a network that loses 5 %, is up to 30 ms late, reorders and doubles (3 min)`,
  async run({ seed, share, say }: AttackOptions): Promise<Outcome> {
    const findings = new Findings();
    const folder = mkdtempSync(join(tmpdir(), 'attacked-'));
    const network = new RoughNetwork(new Random(seed), rough);
    const [sip, media] = [await startSipVictim(), await startMediaVictim()];
    const answering = await Answering.begin(sip, media, {
      record: (callId) => join(folder, `${callId}.wav`),
      disguise: (port) => network.to(port),
    });
    const count = Math.max(2, Math.round(CALLS * share));
    const sum = { completed: 0, missing: 0, repeated: 0, shifted: 0, spoken: 0, wrongKeys: [] as string[] };
    const call = async (n: number): Promise<void> => {
      const phone = await Phone.start({ name: `phone-${n}`, through: (transport) => network.under(transport) });
      try {
        const dialled = phone.dial(`sip:app@127.0.0.1:${sip.sipPort}`);
        if (!(await dialled.answered)) {
          findings.found.push(`call ${n} was not answered: ${JSON.stringify(dialled.ending)}`);
          return;
        }
        const speech = noise(SPEECH_SECONDS * 8000, n);
        await dialled.speak(speech);
        await dialled.press(KEYS, { ms: 100 });
        // The ends of the last key, and what is late, are still on their way.
        await dialled.speak(noise(4000, 1000 + n));
        await dialled.hangup();
        const taken = answering.taken.get(dialled.callId);
        await taken?.over;
        if (taken?.keys !== KEYS) sum.wrongKeys.push(taken?.keys ?? 'none');
        const said = Int16Array.from(speech, (code) => toLinear[code]!);
        const { first, last, firstAt, lastAt, missing, repeated } = follow(recorded(taken?.recording ?? ''), said);
        if (first < 0) findings.found.push(`call ${n}: nothing was recorded`);
        sum.completed += 1;
        sum.spoken += said.length;
        sum.missing += missing + first + (said.length - last);
        sum.repeated += repeated;
        // What is lost leaves its place empty: what comes after it lies where it belongs.
        sum.shifted += Math.abs(lastAt - firstAt - (last - first));
      } finally {
        await phone.stop();
      }
    };
    try {
      for (let n = 0; n < count; n += TOGETHER) {
        await Promise.all(Array.from({ length: Math.min(TOGETHER, count - n) }, (_, i) => call(n + i)));
        say(`${Math.min(n + TOGETHER, count)} calls`);
      }
      findings.is('calls completed', sum.completed, count);
      findings.none('keys other than those pressed', sum.wrongKeys);
      findings.atMost('share of the samples that was not recorded', sum.missing / sum.spoken, 0.12);
      // In place of what was lost stands what was said before it (concealment); nothing else comes twice.
      findings.atMost('samples recorded twice, beyond those in place of lost ones', sum.repeated, sum.missing);
      findings.atMost('frames that do not lie where they belong', sum.shifted / FRAME / count, 1);
      findings.none('what the application could not do', answering.failed);
      findings.is('channels left', (await media.metrics()).channels, 0);
      findings.none('errors of the servers', [...(await sip.defects()), ...(await media.defects())]);
      Object.assign(findings.figures, { network: network.counts, sum });
    } finally {
      answering.close();
      network.close();
      await sip.close();
      await media.close();
      rmSync(folder, { recursive: true, force: true });
    }
    return findings;
  },
};
