import type { GuideRow } from '../guide-rows.ts';
import { by } from '../proof.ts';

/** Rows 25 to 29: the line that families call, its agents, and questions. */
export const lineRows: readonly GuideRow[] = [
  {
    row: 25,
    asks: 'A number for families; agents every day from 5:00 to 21:00 Pacific time, in English and Spanish',
    does: 'Hours and holidays are dated data; families wait for who speaks their language, are called back, or leave a message',
    proofs: [
      ...by('accounts/desk/hours', 'the hours of the agents %s'),
      ...by(
        'accounts/desk/queue',
        'the queue gives the longest waiting to a free agent, rings, talks, wraps up, and is free by itself',
        'the queue knows which languages are spoken by who is at work',
      ),
      ...by(
        'flows/family-line/family-line',
        'an agent is one key away from everywhere',
        'an agent who is not there at this hour is announced with the hours',
      ),
      ...by('test-calls/agents', 'a family waits with music, an agent hears who calls, takes the call, and hangs up'),
    ],
  },
  {
    row: 26,
    asks: 'Pay by the automated line with a Visa or Mastercard: credit, debit or prepaid',
    does: 'Digits as keys into a buffer that is wiped, read back and confirmed, charged once; the kind of card is the gateway’s word',
    proofs: [
      ...by(
        'test-calls/family-line',
        'a family pays with a card in Spanish, then blocks a facility',
        'five payments leave their digits nowhere',
      ),
      ...by(
        'flows/family-line/family-line',
        'a payment with a new card is read back, confirmed, charged once, and its reference told twice',
      ),
      ...by('accounts/cards/card-details', 'a Visa has 13, 16 or 19 digits, a Mastercard 16'),
      ...by(
        'accounts/cards/gateway-conformance',
        '%s a token says what kind of card it is, and has neither its number nor its CVV',
      ),
    ],
  },
  {
    row: 27,
    asks: 'Block one facility or all by its prompts',
    does: 'By state and spelled name, by number, or from those that have called',
    proofs: [
      ...by(
        'flows/family-line/family-line',
        'blocks are placed for a facility that has not called, by its number',
        'blocks are chosen from a long list a few at a time, with the other facility at its end',
        'blocks are placed for all facilities, after a confirmation',
      ),
      ...by('test-calls/softphones', 'a softphone at home calls the 866 line and blocks a facility, in Spanish'),
    ],
  },
  {
    row: 28,
    asks: 'A passcode of four digits, entered twice, by which a caller is known; one that is there may be kept',
    does: 'Argon2id under its own pepper; three wrong ones lock it, for longer each time; that of the registration is taken over',
    proofs: [
      ...by(
        'accounts/passcode/passcode',
        'a passcode is four digits, typed twice, and not easy (row 28); the holder is told',
        'three wrong ones lock it and tell the holder once; the right one is not even looked at then',
      ),
      ...by(
        'api/family/accounts',
        'an account has the passcode that was typed, or that of the registration unless it is the end of the number',
      ),
      ...by('flows/family-line/family-line', 'the balance is told with the last deposits to who says the passcode'),
    ],
  },
  {
    row: 29,
    asks: 'Search questions and answers; ask by a form, answered by e-mail',
    does: 'Any form or beginning of a word, in both languages, past a typing error; an agent answers each once',
    proofs: [
      ...by(
        'accounts/faq/search',
        'a search of questions and answers finds a word without its accents, and with too many, in any case',
        'a search of questions and answers finds a mistyped word by the one most like it',
      ),
      ...by(
        'api/questions/questions',
        'questions and answers are found by what somebody typed, with the words marked',
        'a question has a reference, the same when it comes again, and is answered by the agent who took it',
      ),
      ...by(
        'accounts/notices/real-server/exim',
        'a question is confirmed and answered, each once, as plain text of which no line is a header',
      ),
    ],
  },
];
