import { asvsChapters, type Requirement, type Standing } from './asvs.ts';
import { line, proofsTold } from './proof.ts';

const words: Readonly<Record<Standing, string>> = {
  ...{ tested: 'tested', so: 'met', not: 'does not apply', lacks: '**missing**' },
};

/** The checklist as a document. */
export function asvsTable(): string {
  const all = asvsChapters.flatMap(({ requirements }) => requirements);
  const many = (standing: Standing) => all.filter((one) => one.standing === standing).length;
  return [
    '# OWASP ASVS 4.0.3, levels 1 and 2',
    '',
    'Made by `npm run states` from `docs/proofs/`; do not edit. A test looks whether every requirement is here once, and every test that is named is there.',
    '',
    'Each in a few words of our own: what counts is the [standard](https://github.com/OWASP/ASVS/tree/v4.0.3). _Tested_: by the tests that are named; _met_: by what is said.',
    '',
    `${all.length} requirements: ${many('tested')} tested, ${many('so')} met, ${many('not')} that do not apply, ${many('lacks')} of which something is missing.`,
    ...asvsChapters.flatMap(({ name, requirements }) => [
      '',
      `## ${name}`,
      '',
      line('', 'asks for', '', 'test, or why'),
      line('---', '---', '---', '---'),
      ...requirements.map((one) => line(one.id, one.asks, words[one.standing], toldOf(one))),
    ]),
    '',
  ].join('\n');
}

const toldOf = ({ why, proofs }: Requirement): string =>
  [why, proofsTold(proofs, '../')].filter((one) => one !== '').join('<br>');
