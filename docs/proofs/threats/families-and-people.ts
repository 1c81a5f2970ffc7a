import { by } from '../proof.ts';
import type { Boundary } from '../threats.ts';

/** Where those come in who call, are called, or guess to be somebody. */
export const familiesAndPeople: readonly Boundary[] = [
  {
    name: 'Telephones inside a facility',
    between: 'a wall telephone or a trunk of the facility, and the SIP server: SIP and RTP',
    proof: 'the address of the trunk, or a password by digest; then the PIN of who calls',
    threats: [
      {
        id: 'T1',
        threat: 'Somebody calls with the PIN of another, which they saw or guess',
        stands:
          'PINs are digests under a secret, looked up per facility; five wrong ones lock the phone, for longer each time; many phones at once raise an alarm',
        remains: 'A PIN that was seen is as good as one’s own: agencies that record names by voice can hear who it was',
        proofs: [
          by(
            'ivr/call/pin-check',
            'the sixth wrong PIN locks the phone, for every call; then not even the right one is taken',
            'behind a trunk, one phone locks itself and no other; what a registered phone says of itself is nothing',
            'wrong PINs of many phones raise one alarm an hour for their facility; right ones take none back',
          ),
          by('db/people', 'the digest of a PIN depends on pepper, facility and PIN'),
        ],
      },
      {
        id: 'T2',
        threat: 'Somebody reaches a number that may not be called: one that is blocked, a victim’s, a toll number',
        stands:
          'One policy answers from the facts in one statement; whatever cannot be looked up is a no; redirections are not followed',
        remains: 'A called phone that forwards by itself, in its network, is not seen',
        proofs: [
          by(
            'ivr/policy/may-call',
            'of several refusals the most severe is told any number of restrictions in any order is a no, and one more never makes it a yes',
            'fails closed an unknown part of a block is no block, and no yes either',
          ),
          by('ivr/call/permission', 'the permission for a call is refused when the policy cannot be looked up'),
        ],
      },
      {
        id: 'T3',
        threat: 'A call to an attorney is recorded (Penal Code 636)',
        stands: 'Numbers that are privileged are never placed, and no recording of one is heard should it exist',
        remains: 'An attorney’s number that nobody entered: the notice tells them to hang up before they can accept',
        proofs: [
          by('ivr/policy/may-call', 'may this call be placed? not when %s: %s'),
          by('api/staff/views/calls', 'a recording of a privileged number is heard by nobody'),
        ],
      },
    ],
  },
  {
    name: 'Telephones at home',
    between: 'whoever answers, or calls the 866 line, and the SIP server: a carrier’s SIP and RTP',
    proof: 'nothing: the number that calls can be forged',
    threats: [
      {
        id: 'T4',
        threat: 'Somebody forges a number to lift its block, or to learn or spend what its account has',
        stands:
          'The number proves nothing: what it opens is placing blocks on itself and paying in; all else asks for the passcode, three tries, or for an agent who calls back',
        remains: 'Who knows the passcode of an account is its holder to the line',
        proofs: [
          by(
            'accounts/lift-by-passcode',
            'it stays when the account does not answer for the number, though another open one does',
          ),
          by(
            'accounts/passcode/passcode',
            'a hundred guesses at once are counted as a hundred, and three are looked at',
            'an account that is not there, or has no passcode, costs the same work and says no more',
          ),
        ],
      },
      {
        id: 'T5',
        threat: 'Somebody forges a number to place a block in its name, so that a family hears nothing any more',
        stands:
          'The holder sees the block at once and lifts it by passcode or on the web; the record says which call placed it',
        remains: 'A family without an account needs an agent',
        proofs: [
          by('api/family/accounts', 'blocks that were placed by key in a call are lifted by whose number it is'),
        ],
      },
      {
        id: 'T6',
        threat: 'Silence, a machine or a stray tone accepts a call that is recorded (Penal Code 632)',
        stands: 'A key that was pressed after the notice had ended, and nothing else',
        remains: 'Whoever is not asked: an extension that is picked up later in the same home',
        proofs: [
          by(
            'test-calls/consent',
            'the accept key never counts before the notice has ended: …00 ms',
            'an accept key held since before the notice has ended is no consent',
          ),
        ],
      },
      {
        id: 'T7',
        threat: 'The digits of a card reach a recording, a log, a trace or an agent (PCI FAQ 1210)',
        stands:
          'They come as key events into a buffer that is wiped; the leg is not recorded while they are typed; the agent hears a tone for each key',
        remains: 'The carrier between home and us has the tones, as it has with every telephone payment',
        proofs: [by('test-calls/family-line', 'five payments leave their digits nowhere')],
      },
    ],
  },
  {
    name: 'The web and app of families',
    between: 'a browser or app, by the servers of the web layer, and the API: HTTPS and JSON',
    proof: 'e-mail address and password; a short token that is renewed, once each',
    threats: [
      {
        id: 'T8',
        threat: 'Somebody guesses passwords, answers or mailed digits, from one place or many',
        stands:
          'Five wrong ones lock an address, three an account’s answers, five a proof; networks are counted; what nobody has costs the same work and is answered alike',
        remains:
          'Whoever locks an address on purpose keeps its holder out for the time of the lock; a new password by mail ends it',
        proofs: [
          by(
            'accounts/identity/sign-in',
            'five wrong ones in a row lock an address, for longer each time, and its holder is told; a right one ends the row',
            'however many guess at once, five are looked at',
            'an address that nobody has is answered alike, locked alike, after the same work, and mailed nothing',
          ),
          by('accounts/identity/reset-password', 'one mail is good for three tries at the answers'),
          by(
            'accounts/identity/dying-guesser',
            'whoever kills the process as it looks at a password has guessed all the same',
          ),
        ],
      },
      {
        id: 'T9',
        threat: 'A token is stolen from a browser, a proxy or a log',
        stands:
          'It is good for ten minutes; a refresh token that comes twice ends the session for both, and its holder is told',
        remains: 'Ten minutes, and as long as its holder does not come back where the refresh token was taken as well',
        proofs: [
          by(
            'accounts/identity/sign-in',
            'an access token is good for ten minutes; a refresh token is taken for a new pair',
            'a refresh token used twice ends its session for both, and its holder is told; other sessions go on',
          ),
          by(
            'api/server',
            'the door the log is told who was refused what, and never what they showed; every answer is counted',
          ),
        ],
      },
      {
        id: 'T10',
        threat:
          'Somebody has a phone that is signed in, or a token, and sends the money elsewhere: another address, a closing, an AutoPay of theirs',
        stands:
          'What sends money or news elsewhere, what shows all that is kept, and removing it ask for the password anew: ten minutes, in that session alone; the holder is told where they were reached before',
        remains: 'Deposits with the saved card into the account itself, and blocks, which must be quick',
        proofs: [
          by(
            'api/family/proof-anew',
            '%s %s asks for the password anew',
            'it counts in the session where it was given, for ten minutes, however often that is refreshed',
          ),
        ],
      },
      {
        id: 'T11',
        threat: 'Who was blocked opens an account with the number of who blocked them, and lifts it',
        stands:
          'A number is one’s own once the digits that a text brought to it were typed; until then no block of others is lifted',
        remains: 'Whoever holds the phone, or its number was given to since',
        proofs: [
          by(
            'api/family/number-proofs',
            'a number is one’s own once the digits that were texted there are shown, for 45 days',
          ),
        ],
      },
      {
        id: 'T12',
        threat: 'A picture of an identity document attacks who decodes it, or is stolen',
        stands:
          'Type, size and pixels are looked at by a process without secrets, which is killed when it takes too long; what is kept is a JPEG of ours under a key of its own, and each look is written down',
        remains: 'Who has both storage and the secret that seals the keys',
        proofs: [
          by(
            'accounts/documents/darkroom',
            'it knows none of our secrets',
            'one that takes too long is refused, and the next is looked at by a new process',
          ),
          by(
            'accounts/documents/documents',
            'a picture lies in storage encrypted, under a name that says nothing; the later of a side counts',
          ),
          by(
            'accounts/documents/picture',
            'a few kB that would become hundreds of MB are refused by what they promise, at once',
          ),
        ],
      },
      {
        id: 'T13',
        threat: 'Money is made or doubled: an order sent twice, two at once, a process killed in between',
        stands:
          'Every order has a key and is done once; the ledger is double entry, and the database refuses what does not add up',
        remains: 'What a gateway says that our books do not know is shown to an agent, who decides',
        proofs: [
          by(
            'db/ledger',
            'nobody spends what they do not have, nor what is held',
            'the database itself refuses what does not balance, and lets nobody change or add to what is posted',
            'many connections with the same key post once',
          ),
        ],
      },
    ],
  },
];
