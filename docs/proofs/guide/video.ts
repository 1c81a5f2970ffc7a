import type { GuideRow } from '../guide-rows.ts';
import { by } from '../proof.ts';

const later = 'the video call itself, which comes later';

/** Rows 66 to 72: what video has in common with calls and accounts. */
export const videoRows: readonly GuideRow[] = [
  {
    row: 66,
    asks: 'Thirteen minutes of video are deducted as soon as it ends',
    does: 'The price of a call is made from dated rates; a hold is captured for what was spent, once',
    proofs: [
      ...by(
        'accounts/rating/price',
        'a video call of 13 minutes at 25 cents costs $3.25 however it is counted (guide row 66)',
      ),
      ...by('db/ledger', 'a hold is captured once, for what was spent; the rest is free again'),
    ],
    missing: later,
  },
  {
    row: 67,
    asks: 'It does not ring where the account has no money',
    does: 'What a call may cost is held before, and nothing is held that is not there',
    proofs: [
      ...by(
        'accounts/rating/price',
        'what a balance pays for it pays for, and not a count more',
        'no call within its allowance costs more than is held, nor is more held than there is',
      ),
      ...by('db/ledger', 'nobody spends what they do not have, nor what is held'),
    ],
    missing: `${later}: phone calls are free, and ring without money`,
  },
  { row: 68, asks: 'A contact first; video, camera and notifications are allowed', does: 'Nothing of it', proofs: [], missing: `contacts are video’s and messaging’s; ${later}` }, // prettier-ignore
  {
    row: 69,
    asks: 'Before accepting: the caller’s name, facility, balance, limit and price',
    does: 'On the phone: the name, the facility, that it is free, and the terms; an allowance is the limit or the money, whichever is less',
    proofs: [
      ...by('test-calls/dispositions', 'accepted and talked, the called party hangs up'),
      ...by('accounts/rating/price', 'an allowance is the limit or the money, whichever is less'),
    ],
    missing: later,
  },
  {
    row: 70,
    asks: 'A minute before the limit it is shown; then it ends by itself',
    does: 'On the phone both are told a minute before, each in their language, and at the end; the limit holds when the process has died',
    proofs: [
      ...by('test-calls/talk', 'the limit: both are warned, both are told goodbye, and the recording has the warning'),
      ...by('test-calls/crash', 'the limit holds when ivr has died'),
      ...by('ivr/call/recorded-talk', 'a talk is warned and ended in the language of each side'),
    ],
    missing: later,
  },
  {
    row: 71,
    asks: 'A caller who is declined hears that nobody answered; no message, no charge',
    does: 'The same on the phone: a refusal, a block, a hang-up and a machine sound alike',
    proofs: [
      ...by('test-calls/consent', 'a refusal told to the called party is a phone that nobody answered to the caller'),
      ...by(
        'ivr/cdr/dispositions',
        'the vocabulary of endings a caller cannot tell a refusal, a block, a hang-up or a machine from a phone that nobody picked up',
      ),
    ],
    missing: later,
  },
  {
    row: 72,
    asks: 'Recorded, kept, monitored, within the facility’s hours; by no other app',
    does: 'The same on the phone (rows 4 and 5)',
    proofs: [
      ...by(
        'test-calls/talk',
        'both hear each other to the sample, and so does the recording: left inside, right outside',
      ),
      ...by('ivr/policy/may-call', 'may this call be placed? not when %s: %s'),
    ],
    missing: later,
  },
];
