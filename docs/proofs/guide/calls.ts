import type { GuideRow } from '../guide-rows.ts';
import { by } from '../proof.ts';

/** Rows 1 to 24: calls, blocks and attempts. */
export const callRows: readonly GuideRow[] = [
  {
    row: 1,
    asks: 'Phone calls cost nothing, on either side',
    does: 'The rate of a state prison is zero, the offer says that the call is free, and call details show what was billed: nothing',
    proofs: [
      ...by('accounts/rating/rates', 'voice calls from a state prison of California are free, and nobody else’s are'),
      ...by('accounts/rating/price', 'a free call costs nothing however long it is'),
      ...by('flows/prompt', 'a prompt falls apart only where a recorded voice stands in it'),
      ...by('api/family/money', 'calls and attempts are seen, newest first, page by page; a summary counts them'),
    ],
  },
  {
    row: 2,
    asks: 'No account is needed to accept a call',
    does: 'The policy asks nothing about accounts, but whether one was closed',
    proofs: [
      ...by('ivr/policy/closed-account', 'a number that nobody has an account for is called like any other'),
      ...by('test-calls/dispositions', 'accepted and talked, the called party hangs up'),
    ],
  },
  {
    row: 3,
    asks: 'Calls only go out; a family cannot start one',
    does: 'A phone at home, and a carrier, reach the line of families and nothing else',
    proofs: [
      ...by('test-calls/softphones', 'a phone at home may not call out, and a wrong password registers nobody'),
      ...by(
        'ivr/answering/answer',
        'a call from a phone at home is refused when it is for anybody else, or without an offer',
      ),
    ],
  },
  {
    row: 4,
    asks: 'Only within the hours that the facility allows',
    does: 'Hours of each weekday, in the zone of the facility, over changes of the clock; hours that cannot be read are closed',
    proofs: [
      ...by(
        'ivr/policy/calling-hours',
        'calling hours on an ordinary day a day of several windows is closed between them',
      ),
      ...by('ivr/policy/may-call', 'may this call be placed? not when %s: %s'),
      ...by('test-calls/dispositions', 'not placed: ……'),
    ],
  },
  {
    row: 5,
    asks: 'Calls are recorded and kept, and may be monitored and disclosed',
    does: 'Both sides on their own channels, hashed, stored and kept; each listening is written down before anything is heard',
    proofs: [
      ...by(
        'test-calls/talk',
        'both hear each other to the sample, and so does the recording: left inside, right outside',
      ),
      ...by('flows/prompt', 'the wording names the recording and the way out for attorneys in the notice'),
      ...by('jobs/start', 'a finished recording goes from the spool to storage and is removed only then'),
      ...by(
        'api/staff/views/calls',
        'a recording is heard whole or in ranges, and each listening is written down once, before',
      ),
    ],
  },
  {
    row: 6,
    asks: 'Calls with attorneys do not belong on this system',
    does: 'Privileged numbers are never called, so never recorded; when that cannot be looked up nothing is called; the notice tells attorneys to hang up',
    proofs: [
      ...by('db/policy', 'privileged numbers and accounts'),
      ...by('ivr/policy/may-call', 'may this call be placed? not when %s: %s', 'fails closed without facts'),
      ...by('flows/prompt', 'the wording names the recording and the way out for attorneys in the notice'),
      ...by('test-calls/trouble', 'a number dialled while the database is away is not called, and the caller is told'),
    ],
  },
  {
    row: 7,
    asks: 'It rings like any call; then a voice says that it comes from a person in a facility',
    does: 'An ordinary INVITE; the voice begins when it is answered',
    proofs: [
      ...by('test-calls/dispositions', 'accepted and talked, the called party hangs up'),
      ...by('flows/call-home/offer', 'the offer announces "an incarcerated person" without a recorded name'),
    ],
  },
  {
    row: 8,
    asks: 'The voice says the name of who calls',
    does: 'In the caller’s own voice, recorded at their first call; where an agency reviews names, only once it was approved',
    proofs: [
      ...by('test-calls/dispositions', 'a first call records the name, and the second call says it'),
      ...by('db/people', 'the newest approved name is used; one that waits for review does not take its place'),
    ],
  },
  {
    row: 9,
    asks: 'It tells the agency’s conditions, and how to accept them',
    does: 'The notice is told to its end in the language that is chosen, then each choice with its key',
    proofs: [
      ...by(
        'flows/call-home/offer',
        'the offer says which key does what',
        'the offer tells the notice in the other language before it can be accepted in it',
      ),
      ...by('test-calls/consent', 'a change of language begins the notice anew, and the key with it: …00 ms'),
    ],
  },
  {
    row: 10,
    asks: 'Nobody is connected before the called party has accepted',
    does: 'A key pressed after the notice; silence, machines and keys before it are none',
    proofs: [
      ...by(
        'test-calls/consent',
        'the accept key never counts before the notice has ended: …00 ms',
        'an accept key held since before the notice has ended is no consent',
        'until acceptance the caller hears ringing and nothing of the other side, early media included',
      ),
      ...by(
        'test-calls/dispositions',
        'an answering machine talks and never presses',
        'no key is pressed in three rounds',
      ),
    ],
  },
  {
    row: 11,
    asks: 'Hanging up ends the call',
    does: 'Either side, at any moment',
    proofs: [
      ...by(
        'test-calls/dispositions',
        'accepted and talked, the called party hangs up',
        'accepted and talked, the caller hangs up',
        'the called party hangs up in the middle of the announcement',
      ),
    ],
  },
  {
    row: 12,
    asks: 'One call is declined by a key that the voice names',
    does: 'The facility’s key, at any moment of the offer; the caller is not told that it was declined',
    proofs: [
      ...by('test-calls/dispositions', 'refused by key'),
      ...by('flows/call-home/offer', 'the offer says which key does what'),
    ],
  },
  {
    row: 13,
    asks: 'One key blocks the facility for good',
    does: 'In force at once and on disk before it is confirmed; the same key undoes it for five seconds',
    proofs: [
      ...by(
        'test-calls/dispositions',
        'blocked: the next call is stopped before it rings, that of another facility is not',
        'a block undone with the same key goes on with the offer',
      ),
      ...by('accounts/blocks', 'what the key promised is on disk: a killed server has it when it is back'),
    ],
  },
  {
    row: 14,
    asks: 'That key blocks the number that rang, and none of the account’s others',
    does: 'A block is of one number and one facility',
    proofs: [
      ...by(
        'accounts/blocks',
        'the block key blocks this facility and this number, once, and says who, when and in which call',
        'the block key leaves the other numbers of the account as they are',
      ),
    ],
  },
  {
    row: 15,
    asks: 'What was blocked by key is unblocked on web and app',
    does: 'By who has an open account with the number, and has proven that it is theirs by six digits in a text',
    proofs: [
      ...by('api/family/accounts', 'blocks that were placed by key in a call are lifted by whose number it is'),
      ...by(
        'api/family/number-proofs',
        'a number is one’s own once the digits that were texted there are shown, for 45 days',
        'of five tries the fifth may be right, and none after it',
      ),
      ...by('accounts/block-list', 'a line is offered exactly when it can be lifted'),
    ],
  },
  {
    row: 16,
    asks: 'Without an account: block one facility or all, by an agent or by the automated line',
    does: 'The 866 line blocks the number that calls; agents block any number, with a reason',
    proofs: [
      ...by(
        'flows/family-line/family-line',
        'blocks are placed on the calling number for one facility, after a confirmation',
        'blocks are placed for all facilities, after a confirmation',
      ),
      ...by('test-calls/family-line', 'a family pays with a card in Spanish, then blocks a facility'),
      ...by(
        'api/staff/views/numbers',
        'a block is placed once, in force at once, with who and why, and written down once',
        'a block without a facility is for all; of a facility that is not there there is none',
      ),
    ],
  },
  {
    row: 17,
    asks: 'Without an account: only an agent unblocks',
    does: 'The line lifts with the passcode of the number’s own open account; an agent says how whoever asked was verified',
    proofs: [
      ...by(
        'accounts/lift-by-passcode',
        'it stays when the account does not answer for the number, though another open one does',
      ),
      ...by(
        'flows/family-line/family-line',
        'blocks are lifted only with the passcode',
        'blocks that only an agent may lift lead to one',
      ),
      ...by(
        'api/staff/views/numbers',
        'a block is lifted by one of two who do so at once, with how whoever asked was verified',
        'a block that is not there, or is lifted by nobody who was verified, stays',
      ),
    ],
  },
  {
    row: 18,
    asks: 'With an account: block and unblock one facility or all, at any time',
    does: 'On the web, the app’s API, the line, and by agents',
    proofs: [
      ...by(
        'api/family/accounts',
        'blocks are placed on one’s own numbers for all facilities or one, seen at once, and lifted',
      ),
    ],
  },
  {
    row: 19,
    asks: 'A block is of a number: all facilities, or a state and one of its facilities; registered at once',
    does: 'Effective with the answer: a call that is dialled 50 ms later is turned away',
    proofs: [
      ...by(
        'api/family/accounts',
        'facilities are found by state, by words without accents, by number, and by all of it together',
        'blocks are placed on one’s own numbers for all facilities or one, seen at once, and lifted',
        'blocks of somebody else’s number are neither seen, placed nor lifted',
      ),
      ...by(
        'test-calls/dispositions',
        'a block placed by the API turns away a call that is dialled 50 ms after its answer',
      ),
    ],
  },
  {
    row: 20,
    asks: 'The list of a number: date, facility, and whether it can be unblocked',
    does: 'The newest first, in pages, with why a line cannot be lifted',
    proofs: [
      ...by(
        'accounts/block-list',
        'the list of a number shows date, site and action, the newest first; all facilities as such (row 20)',
      ),
      ...by('api/family/accounts', 'blocks come in pages'),
    ],
  },
  {
    row: 21,
    asks: 'Unblock from that list; the app asks to confirm',
    does: 'By the id of the line; the line of families asks to confirm, as the console does',
    proofs: [
      ...by(
        'api/family/accounts',
        'blocks are placed on one’s own numbers for all facilities or one, seen at once, and lifted',
      ),
      ...by(
        'test-calls/console',
        'an agent finds a number as they type, blocks calls to it and lifts the block, without a mouse',
      ),
    ],
    missing: 'the question of the app, which is the app’s',
  },
  {
    row: 22,
    asks: 'When an account is closed, calls to its numbers are blocked',
    does: 'All its numbers but those that another open account has; an agent alone lifts that; it is said before closing',
    proofs: [
      ...by(
        'ivr/policy/closed-account',
        'closing an account blocks the next call to each of its numbers; an agent’s lift lets the next one through',
      ),
      ...by(
        'accounts/closing/close',
        'closing empties the account, gives every cent back, blocks every number at once and ends AutoPay',
        'a number that another open account answers for stays as it is, and the preview says so',
      ),
    ],
  },
  {
    row: 23,
    asks: 'Call details: date, time, facility, length, amount billed, total',
    does: 'As values, CSV and PDF, with what each call was charged',
    proofs: [
      ...by(
        'accounts/statements/read',
        'call details: talks with time, place, length and price, and the attempts with those missed',
      ),
      ...by('accounts/statements/csv', 'calls with their total, free ones at 0.00; attempts with how they went'),
    ],
  },
  {
    row: 24,
    asks: 'Attempts are seen, missed ones too',
    does: 'Every attempt leaves a record; the holder sees those to a number since it is theirs',
    proofs: [
      ...by('api/family/money', 'calls and attempts are seen, newest first, page by page; a summary counts them'),
      ...by(
        'accounts/statements/read',
        'call details: talks with time, place, length and price, and the attempts with those missed',
        'what rang at a number before it was the account’s is not shown',
      ),
      ...by(
        'accounts/statements/statement',
        'whoever said no has declined; what nobody took is missed, what was talked was talked',
      ),
    ],
  },
];
