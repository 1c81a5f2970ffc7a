import type { Chapter } from '../asvs.ts';
import { lacks, so, tested } from '../asvs-words.ts';
import { by } from '../proof.ts';

const headers = by(
  'api/conventions',
  'every answer is not guessed at, framed or run, whatever it is; what is private is not kept',
);

export const dataProtection: Chapter = {
  name: 'V8 Data protection',
  requirements: [
    tested('8.1.1', 'nothing private is cached on the way', headers),
    tested(
      '8.1.2',
      'copies on the server are protected or removed',
      by('accounts/questions/ask', 'so many a day are enough and when the day is over nobody knows who wrote'),
      by('processes/secrets', 'only their owner can read them'),
    ),
    so('8.1.3', 'requests have few parameters', 'Schemas take what is asked for and nothing else'),
    tested(
      '8.1.4',
      'unusual numbers of requests are found',
      by(
        'api/identity/identity',
        'a network’s requests are counted before they are looked at; the headers say what is left and when to come again',
      ),
      by('processes/api-metrics', 'answers are counted by status'),
      by(
        'ivr/call/pin-check',
        'wrong PINs of many phones raise one alarm an hour for their facility; right ones take none back',
      ),
    ),
    tested('8.2.1', 'browsers keep nothing private', headers),
    so(
      '8.2.2',
      'nor in their storage',
      'The console keeps language, colours and when it was last used',
      by('console/settings/preferences', 'what was chosen is kept'),
    ),
    lacks(
      '8.2.3',
      'what was shown is gone when the session is',
      'The page shows the sign-in instead; what it held in memory goes with it when it is loaded anew',
      by('console/session/session', 'why a session is over is told as the server says'),
    ),
    lacks(
      '8.3.1',
      'nothing sensitive in addresses',
      'Telephone numbers are parameters of the number’s page and of its blocks; secrets never are. The log has the route, not the address',
      by(
        'api/server',
        'the door the log is told who was refused what, and never what they showed; every answer is counted',
      ),
    ),
    tested(
      '8.3.2',
      'people export or remove their data',
      by(
        'api/family/own-data',
        'everything that is kept of somebody is one document, by its schema, after the password was given anew',
      ),
      by(
        'api/family/removal',
        'what is personal goes, what law and money need stays under a number, and the address may register again',
      ),
    ),
    tested(
      '8.3.3',
      'people are told, and agree',
      by(
        'flows/family-line/opening/open-account',
        'the terms are accepted by a key that was pressed after they were told, and by no other',
      ),
      by('api/identity/identity', 'a family registers, signs in, sees itself, accepts the terms, and signs out'),
      by('test-calls/consent', 'the accept key never counts before the notice has ended: …00 ms'),
    ),
    so(
      '8.3.4',
      'sensitive data is identified, with a policy',
      'docs/data.md: what is kept, of whom, as what, and how long',
      by(
        'docs/proofs/kept-data',
        'every column that holds a secret is told of beside its table, with as what it is kept',
      ),
    ),
    tested(
      '8.3.5',
      'access to sensitive data is audited',
      by(
        'api/staff/views/calls',
        'a recording is heard whole or in ranges, and each listening is written down once, before',
      ),
      by('api/staff/members', 'an audit that is read is read by who may'),
    ),
    tested(
      '8.3.6',
      'secrets are overwritten in memory',
      by('accounts/cards/card-details', 'wiping ends the bytes, the ones handed over too'),
      by(
        'ivr/call/pin-check',
        'a PIN that is wiped as soon as it was given, as its caller left, was the right one all the same',
      ),
    ),
    so(
      '8.3.7',
      'what must be encrypted is, and authenticated',
      'AES-GCM',
      by('accounts/staff/sealer', 'nobody else, no other secret, and nothing that was changed opens it'),
    ),
    lacks(
      '8.3.8',
      'what is old is deleted',
      'Pictures of identity documents, voice messages, registrations, sessions and who asked questions are; recordings and call records are kept until an agency says how long',
      by(
        'jobs/messages',
        'a message is deleted when its days are over, from storage or the spool, and the history says so',
      ),
      by('jobs/forget-identities', 'registrations whose time is over are forgotten as the rounds go'),
      by('accounts/identity/sign-in', 'what is over is forgotten; a used refresh token stays while its session lives'),
    ),
  ],
};
