import type { Chapter } from '../asvs.ts';
import { lacks, so, tested } from '../asvs-words.ts';
import { by } from '../proof.ts';

export const businessLogic: Chapter = {
  name: 'V11 Business logic',
  requirements: [
    tested(
      '11.1.1',
      'steps come in order',
      by(
        'accounts/identity/register',
        'it says which step is missing, what is wrong, and changes no more when it is submitted',
      ),
      by(
        'accounts/closing/close',
        'what is closed is what was shown: anything else is shown anew, and nothing is done',
      ),
    ),
    lacks(
      '11.1.2',
      'in the time that people take',
      'Limits by the hour, no least time for a step',
      by('api/family/accounts', 'the door a family that asks too often is told how long to wait, and no other with it'),
    ),
    tested(
      '11.1.3',
      'limits for each person',
      by('ivr/policy/may-call', 'may this call be placed? not when %s: %s'),
      by(
        'accounts/questions/ask',
        'so many a day are enough of one e-mail address, however it is spelled, and tomorrow as many',
      ),
      by('accounts/money', 'a deposit is $2.00 to $100.00, both included'),
    ),
    tested(
      '11.1.4',
      'no mass of requests',
      by('api/family/accounts', 'the door looking is counted too'),
      by(
        'api/identity/identity',
        'a network’s requests are counted before they are looked at; the headers say what is left and when to come again',
      ),
      by(
        'test-calls/admission',
        'a call beyond what a process carries is refused at once, and the one in progress goes on',
      ),
    ),
    tested(
      '11.1.5',
      'limits against what may go wrong',
      by('accounts/refunds/serve-refund', 'what is not to be given back is refused with a code, and nothing moves'),
      by('db/ledger', 'nobody spends what they do not have, nor what is held'),
    ),
    tested(
      '11.1.6',
      'no races',
      by(
        'accounts/interleaving/interleaving',
        'orders of every kind at random, processes and PostgreSQL killed in between (seed …)',
      ),
      by('api/family/money', 'deposits that are sent twice at once take the money once'),
      by(
        'accounts/closing/close',
        'the same order is one closing, on many connections at once; another finds it closed',
      ),
    ),
    tested(
      '11.1.7',
      'what is unusual is noticed',
      by(
        'ivr/call/pin-check',
        'wrong PINs of many phones raise one alarm an hour for their facility; right ones take none back',
      ),
      by(
        'processes/jobs-metrics',
        'deposits of which the gateway says otherwise are counted until an agent has looked at each',
      ),
    ),
    so(
      '11.1.8',
      'alarms can be set',
      'Prometheus: answers by status, wrong PINs, what waits',
      by('processes/api-metrics', 'answers are counted by status'),
      by(
        'processes/calls-metrics',
        'what was refused is counted by status, what was shed by why, wrong PINs by facility',
      ),
    ),
  ],
};
