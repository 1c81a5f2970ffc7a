import { AdminClient } from './admin-client.ts';
import { Findings, type Attack, type Outcome } from './attack.ts';
import { foundCases } from './sip-corpus.ts';
import { SipSource } from './sip-source.ts';
import { startSipVictim } from './victims.ts';

/** The longest frame of the admin protocol: its length has five digits. */
const LONGEST_FRAME = 99_999;

/** Messages that have done harm once (`corpus/sip/`): each gets the answer that stands at the beginning of its name. */
export const foundAttack: Attack = {
  name: 'found',
  title: 'messages that have done harm once, each with the answer that is right (2 s)',
  async run(): Promise<Outcome> {
    const findings = new Findings();
    const server = await startSipVictim();
    const client = await AdminClient.connect(server.controlPort);
    try {
      for (const { name, bytes } of foundCases()) {
        const source = await SipSource.open(server.sipPort);
        const answers = new Set<number>();
        source.onBack = ({ status }) => void (status >= 200 && answers.add(status));
        client.delivered.length = 0;
        source.send(bytes);
        await source.barrier();
        findings.is(name, [...answers].join(' ') || 'silence', name.split('-')[0]);
        for (const { tokens, message } of client.delivered)
          findings.atMost(`${name}: octets the client gets`, message.length + tokens.join('|').length, LONGEST_FRAME);
        source.close();
      }
      findings.is('the client is still connected', client.closed, false);
      findings.none('errors of the server', await server.defects());
    } finally {
      client.close();
      await server.close();
    }
    return findings;
  },
};
