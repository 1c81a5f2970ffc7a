import { accessControl } from './asvs/v04-access-control.ts';
import { api } from './asvs/v13-api.ts';
import { architecture } from './asvs/v01-architecture.ts';
import { authentication } from './asvs/v02-authentication.ts';
import { businessLogic } from './asvs/v11-business-logic.ts';
import { communication } from './asvs/v09-communication.ts';
import { configuration } from './asvs/v14-configuration.ts';
import { cryptography } from './asvs/v06-cryptography.ts';
import { dataProtection } from './asvs/v08-data-protection.ts';
import { errorsAndLogs } from './asvs/v07-errors-and-logs.ts';
import { files } from './asvs/v12-files.ts';
import { maliciousCode } from './asvs/v10-malicious-code.ts';
import { sessions } from './asvs/v03-sessions.ts';
import { validation } from './asvs/v05-validation.ts';
import type { Proof } from './proof.ts';

/** `tested`: by the tests that are named; `so`: by what `why` says; `not`: it does not apply; `lacks`: it is not met, or not wholly. */
export type Standing = 'tested' | 'so' | 'not' | 'lacks';

/** A requirement of OWASP ASVS 4.0.3, in a few words of our own. */
export interface Requirement {
  readonly id: string;
  readonly asks: string;
  readonly standing: Standing;
  readonly why: string;
  readonly proofs: readonly Proof[];
}
export interface Chapter {
  readonly name: string;
  readonly requirements: readonly Requirement[];
}

export const asvsChapters: readonly Chapter[] = [
  architecture,
  authentication,
  sessions,
  accessControl,
  validation,
  cryptography,
  errorsAndLogs,
  dataProtection,
  communication,
  maliciousCode,
  businessLogic,
  files,
  api,
  configuration,
];

/** Those of levels 1 and 2, section by section: what was deleted and what is of level 3 alone is left out. */
const sections: Readonly<Record<string, string>> = {
  ...{
    '1.1': '1-7',
    '1.2': '1-4',
    '1.4': '1,4,5',
    '1.5': '1-4',
    '1.6': '1-4',
    '1.7': '1-2',
    '1.8': '1-2',
    '1.9': '1-2',
  },
  ...{ '1.10': '1', '1.11': '1-2', '1.12': '2', '1.14': '1-6' },
  ...{
    '2.1': '1-12',
    '2.2': '1-3',
    '2.3': '1-3',
    '2.4': '1-5',
    '2.5': '1-7',
    '2.6': '1-3',
    '2.7': '1-6',
    '2.8': '1-7',
  },
  ...{ '2.9': '1-3', '2.10': '1-4' },
  ...{ '3.1': '1', '3.2': '1-4', '3.3': '1-4', '3.4': '1-5', '3.5': '1-3', '3.7': '1' },
  ...{ '4.1': '1-3,5', '4.2': '1-2', '4.3': '1-3' },
  ...{ '5.1': '1-5', '5.2': '1-8', '5.3': '1-10', '5.4': '1-3', '5.5': '1-4' },
  ...{ '6.1': '1-3', '6.2': '1-6', '6.3': '1-2', '6.4': '1-2' },
  ...{ '7.1': '1-4', '7.2': '1-2', '7.3': '1,3,4', '7.4': '1-3' },
  ...{ '8.1': '1-4', '8.2': '1-3', '8.3': '1-8' },
  ...{ '9.1': '1-3', '9.2': '1-4' },
  ...{ '10.2': '1-2', '10.3': '1-3' },
  ...{ '11.1': '1-8' },
  ...{ '12.1': '1-3', '12.2': '1', '12.3': '1-6', '12.4': '1-2', '12.5': '1-2', '12.6': '1' },
  ...{ '13.1': '1,3-5', '13.2': '1-3,5-6', '13.3': '1-2', '13.4': '1-2' },
  ...{ '14.1': '1-4', '14.2': '1-6', '14.3': '2-3', '14.4': '1-7', '14.5': '1-4' },
};
export const levelTwo: readonly string[] = Object.entries(sections).flatMap(([section, ranges]) =>
  ranges.split(',').flatMap((range) => {
    const [from = 0, to = from] = range.split('-').map(Number);
    return Array.from({ length: to - from + 1 }, (_, n) => `${section}.${from + n}`);
  }),
);
