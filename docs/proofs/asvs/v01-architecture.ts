import type { Chapter } from '../asvs.ts';
import { lacks, not, so, tested } from '../asvs-words.ts';
import { by } from '../proof.ts';

export const architecture: Chapter = {
  name: 'V1 Architecture',
  requirements: [
    so(
      '1.1.1',
      'security in every stage of development',
      'Rules, tests with planted defects, fuzzing and attacks run with every change (CONTRIBUTING.md)',
    ),
    so(
      '1.1.2',
      'threat modelling for each change',
      'docs/threats.md, which a change that opens a way in, keeps something new of somebody, or adds a secret changes with it',
      by(
        'docs/proofs/proofs',
        'the threats are told once each, in order, with what stands against them, what remains, and a test',
      ),
    ),
    so(
      '1.1.3',
      'security constraints in what is asked for',
      'They are rows of the guide and of the issues: docs/guide-rows.md',
    ),
    so(
      '1.1.4',
      'trust boundaries and data flows are documented',
      'docs/threats.md; docs/decisions/0001, 0003, 0064, 0065, 0069 and 0071',
    ),
    so(
      '1.1.5',
      'the architecture and remote services are looked at',
      'docs/decisions; each remote service has one port and a stand-in',
    ),
    tested(
      '1.1.6',
      'central, simple, reused controls',
      by('api/staff/door', 'the table every route of staff is behind the door, and asks for an act of the table'),
      by('api/service-door', 'every route of the service’s door says which act it is'),
    ),
    so('1.1.7', 'a checklist for developers', 'This one, and CONTRIBUTING.md'),
    tested(
      '1.2.1',
      'low-privilege accounts of the operating system',
      by('db/embedded/identity', 'root runs the server as nobody, everyone else as themselves'),
      by(
        'processes/containers',
        'the image runs as somebody without rights, from the sources, with the Node that strips types',
      ),
    ),
    lacks(
      '1.2.2',
      'components authenticate to each other, with least rights',
      'drachtio-server, FreeSWITCH, PostgreSQL and Redis ask for a secret; all processes are one role of the database',
      by('processes/containers', 'every secret that it mounts can be made, or is known to be given'),
    ),
    tested(
      '1.2.3',
      'one vetted way to sign in, with logs to find abuse',
      by(
        'accounts/identity/sign-in',
        'five wrong ones in a row lock an address, for longer each time, and its holder is told; a right one ends the row',
      ),
      by(
        'api/server',
        'the door the log is told who was refused what, and never what they showed; every answer is counted',
      ),
    ),
    tested(
      '1.2.4',
      'no way in is weaker than another',
      by(
        'accounts/identity/reset-password',
        'a wrong or missing answer is wrong, and the third in a row locks, whatever mails are asked for; the holder is told',
      ),
      by('accounts/passcode/passcode', 'a hundred guesses at once are counted as a hundred, and three are looked at'),
    ),
    tested(
      '1.4.1',
      'access is decided on the server',
      by('api/staff/door', 'the table what a %s may do is done, and nothing else, whichever act is asked'),
    ),
    tested(
      '1.4.4',
      'one mechanism for all access',
      by('api/staff/door', 'the table every route of staff is behind the door, and asks for an act of the table'),
      by('accounts/access/table', 'every cell of the table is as it is written down here'),
    ),
    tested(
      '1.4.5',
      'rights by feature, not by role alone',
      by(
        'accounts/access/table',
        'what a role may do is told as its cells are',
        'facility staff see their facilities, all others all',
      ),
    ),
    so(
      '1.5.1',
      'it is defined what comes in and goes out',
      'zod schemas are the one source of types, validation and the OpenAPI document',
      by('api/server', 'the door the description has every route, and each of its references leads somewhere'),
    ),
    so('1.5.2', 'no serialised objects from strangers', 'JSON alone, read by schemas'),
    tested('1.5.3', 'input is validated on the server', by('api/testing/fuzz/fuzz', '%s is found')),
    so(
      '1.5.4',
      'output is encoded where it is read',
      'JSON.stringify, Preact, Kysely’s parameters; the reference page escapes what it shows',
      by('api/docs/docs', 'the reference shows whatever is written as what it is'),
    ),
    so('1.6.1', 'a policy for keys and their life', 'One table: docs/decisions/0077-keys-and-their-life.md'),
    so(
      '1.6.2',
      'secrets come from a vault or the like',
      'Every setting can be a file (Docker and Kubernetes secrets)',
      by('processes/secret-files', 'what a file has is what the setting is, without the end of its line'),
    ),
    lacks(
      '1.6.3',
      'keys and passwords can be replaced',
      'Passwords, tokens, certificates and service keys can, without a gap; another pepper makes every PIN, passcode and password unknown',
    ),
    so('1.6.4', 'secrets of clients are not trusted', 'A browser has a session and nothing else'),
    so(
      '1.7.1',
      'one form of log',
      'pino, one line of JSON for an event, with the process',
      by('processes/log', 'a log is a file of its process, whose lines are there at once, from its level on'),
    ),
    lacks('1.7.2', 'logs go to another machine', 'To standard output or files; shipping them is the operator’s'),
    tested(
      '1.8.1',
      'sensitive data is classified',
      by('docs/proofs/kept-data', 'every table of the database is told of once, and none that there is not'),
    ),
    so(
      '1.8.2',
      'each class has its protection',
      'Cards: the gateway alone; PINs, passcodes, passwords: digests under peppers; recordings: by permission, listening audited',
    ),
    lacks(
      '1.9.1',
      'components speak encrypted',
      'TLS to PostgreSQL, Redis, S3 and SMTP by their addresses; the event sockets of FreeSWITCH and drachtio-server have none, and belong on a private network',
    ),
    so(
      '1.9.2',
      'both ends of a link are authenticated',
      'Certificates of mail, cards, texts, storage and webhooks are verified',
      by(
        'accounts/notices/real-server/exim',
        'a certificate that nobody vouches for gets no mail: it waits, and the reason says why',
        'a certificate of another name gets none either',
      ),
    ),
    so('1.10.1', 'source control with known users', 'git, with who made each change'),
    so('1.11.1', 'components are documented by what they do', 'README.md, Rooms'),
    tested(
      '1.11.2',
      'important flows share no unsynchronised state',
      by('accounts/identity/sign-in', 'however many guess at once, five are looked at'),
      by('accounts/staff/sign-in', 'of many who sign in at once as one, one session is open'),
      by('db/ledger', 'a hundred spenders on sixteen connections spend what is there and not a cent more'),
    ),
    tested(
      '1.12.2',
      'files of users are served as downloads, under a policy',
      by('api/staff/views/documents', 'a picture is shown and kept nowhere, and each look at it is written down'),
      by(
        'api/conventions',
        'every answer is not guessed at, framed or run, whatever it is; what is private is not kept',
      ),
    ),
    so(
      '1.14.1',
      'components of other trust are kept apart',
      'Processes and containers of their own; ports of applications on loopback unless told otherwise',
      by('processes/observe', 'nobody but this machine is answered: the port is that of 127.0.0.1 alone'),
    ),
    not('1.14.2', 'signed binaries on remote devices', 'No binary is deployed to devices'),
    so(
      '1.14.3',
      'the build warns of insecure components',
      '`npm run audit` asks the registry for known faults of what the product needs',
    ),
    so(
      '1.14.4',
      'the build verifies its deployment',
      'docker-compose.yml and the image are tested',
      by('processes/containers', 'it is a compose file, as a linter knows the specification'),
    ),
    so(
      '1.14.5',
      'deployments are contained',
      'Containers with limits, without rights',
      by(
        'processes/containers',
        'the image runs as somebody without rights, from the sources, with the Node that strips types',
      ),
    ),
    so(
      '1.14.6',
      'no plugins or applets in the browser',
      'Preact, HTML and CSS',
      by('api/console', 'what may run only what we sent does, in no frame, and it reaches us alone'),
    ),
  ],
};
