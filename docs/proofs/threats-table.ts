import { line, proofsTold } from './proof.ts';
import { boundaries, threats, type Boundary } from './threats.ts';

/** What may happen at each boundary, as a document. */
export function threatsTable(): string {
  return [
    '# Threats',
    '',
    'Made by `npm run states` from `docs/proofs/`; do not edit. A test looks whether every test that is named is there.',
    '',
    'Where those meet who do not trust each other, what may be tried there, what stands against it, and what remains. A change that opens a way in, keeps',
    'something new of somebody, or adds a secret changes a line here in the same commit.',
    '',
    picture,
    '',
    `${boundaries.length} boundaries, ${threats.length} threats.`,
    ...boundaries.flatMap(section),
    '',
  ].join('\n');
}

const section = ({ name, between, proof, threats: all }: Boundary): string[] => [
  '',
  `## ${name}`,
  '',
  `Between ${between}. Who comes in proves who they are by ${proof}.`,
  '',
  line('', 'what may happen', 'what stands against it', 'what remains', 'test'),
  line('---', '---', '---', '---', '---'),
  ...all.map(({ id, threat, stands, remains, proofs }) =>
    line(id, threat, stands, remains, proofsTold(proofs.flat(), '../')),
  ),
];

const picture = `\`\`\`mermaid
flowchart LR
  inside["telephones inside"] -- "SIP, RTP; PIN" --> sip
  home["telephones at home"] -- "SIP, RTP" --> sip
  anybody["anybody"] -. "SIP, RTP" .-> sip
  web["web and app"] -- "HTTPS; tokens, keys" --> api
  staff["console"] -- "HTTPS; cookie, code" --> api
  staff -- "WebSocket, DTLS-SRTP" --> sip
  houses["card gateway, text carrier"] -- "HTTPS; signed" --> api
  subgraph room["machine room: secrets, private network"]
    sip["SIP and media servers"] --- ivr
    ivr --- db[("PostgreSQL, Redis")]
    api --- db
    jobs --- db
    jobs --- storage[("recordings, pictures")]
  end
\`\`\``;
