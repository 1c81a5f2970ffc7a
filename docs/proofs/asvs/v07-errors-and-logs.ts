import type { Chapter } from '../asvs.ts';
import { so, tested } from '../asvs-words.ts';
import { by } from '../proof.ts';

const refused = by(
  'api/server',
  'the door the log is told who was refused what, and never what they showed; every answer is counted',
);

export const errorsAndLogs: Chapter = {
  name: 'V7 Errors and logs',
  requirements: [
    tested(
      '7.1.1',
      'no secrets in logs',
      by('processes/log', 'no %s is ever in a line, wherever in an object it stands'),
      by('api/identity/identity', 'the log was told nothing that is secret'),
      by('test-calls/dispositions', 'no PIN is written anywhere'),
      by('test-calls/family-line', 'five payments leave their digits nowhere'),
    ),
    tested(
      '7.1.2',
      'nor other private data',
      by(
        'processes/senders',
        'without a provider the log shows what would be sent, and not all of whom to',
        'of a confidential e-mail the log shows no word',
      ),
      refused,
    ),
    tested(
      '7.1.3',
      'what matters for security is logged',
      refused,
      by(
        'accounts/staff/sign-in',
        'wrong passwords in a row lock the name, whether anybody has it or not, and it is written down of whom',
      ),
    ),
    tested(
      '7.1.4',
      'with what a search needs',
      refused,
      by(
        'api/conventions',
        'every answer has the name by which the log knows its request, which whoever asks does not choose',
      ),
    ),
    tested(
      '7.2.1',
      'every sign-in is logged',
      by('api/staff/members', 'the audit is told page by page, without a gap or a row twice, while more is written'),
      by('accounts/staff/sign-in', 'signing in ends the session of before, which is told why'),
      refused,
    ),
    tested('7.2.2', 'what was refused is logged', refused),
    so('7.3.1', 'nobody writes lines into a log', 'Each line is one JSON document', refused),
    tested(
      '7.3.3',
      'logs are protected',
      by('db/staff/audit', 'what was written is neither changed, deleted nor emptied, by whatever SQL'),
    ),
    so('7.3.4', 'one time', 'UTC in logs and rows; clocks are the machine’s'),
    tested(
      '7.4.1',
      'an unexpected error tells nothing but a name to ask by',
      by(
        'api/server',
        'an error of ours is told without its words, and the log has them under the name of the request',
      ),
      by(
        'api/conventions',
        'every answer has the name by which the log knows its request, which whoever asks does not choose',
      ),
    ),
    so(
      '7.4.2',
      'errors are handled everywhere',
      'Expected outcomes are values, faults are classes; one place answers them',
      by('api/testing/fuzz/fuzz', '%s is found'),
    ),
    tested(
      '7.4.3',
      'a last handler catches the rest',
      by('processes/child', 'a process that serves lives on after a rejection that nobody handled, and logs it'),
      by(
        'api/server',
        'an error of ours is told without its words, and the log has them under the name of the request',
      ),
    ),
  ],
};
