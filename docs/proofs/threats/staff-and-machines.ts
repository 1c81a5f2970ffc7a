import { by } from '../proof.ts';
import type { Boundary } from '../threats.ts';

/** Where those come in who work here, and machines. */
export const staffAndMachines: readonly Boundary[] = [
  {
    name: 'The console',
    between:
      'the browser of who works here, and the API: HTTPS, events, SIP by WebSocket for the telephone in the page',
    proof: 'user name, password, and a code of an app, which administrators must have; a cookie that no script reads',
    threats: [
      {
        id: 'T14',
        threat: 'Another page makes the browser of an agent do something',
        stands:
          'The cookie stays with our pages, where a request comes from is looked at, and no frame takes the console in',
        remains:
          'A browser of before 2020, which does not say where a request comes from: the cookie’s own rule (SameSite) alone',
        proofs: [
          by(
            'api/staff/door',
            'who comes from elsewhere changes nothing: %j',
            'a cookie stands in for no bearer token, and a bearer token for no cookie',
          ),
          by('api/console', 'what may run only what we sent does, in no frame, and it reaches us alone'),
        ],
      },
      {
        id: 'T15',
        threat:
          'Somebody sits down where an agent was, uses their session elsewhere, or knows an administrator’s password',
        stands:
          'A quarter of an hour without use ends it, half a day in any case; one session for each, and a second sign-in says so to the first; who manages staff does nothing without a code',
        remains:
          'A quarter of an hour; between an administrator’s first password and their first code, that password alone',
        proofs: [
          by(
            'api/staff/door',
            'a role that needs a second factor %s: who must have a code does nothing before it is confirmed, whoever need not has none asked',
          ),
          by(
            'accounts/staff/sign-in',
            'a session that is not used for a quarter of an hour is over; use keeps it, what a page asks by itself does not',
            'of many who sign in at once as one, one session is open',
          ),
        ],
      },
      {
        id: 'T16',
        threat: 'Somebody who works here looks up, hears or changes what they have no reason for',
        stands:
          'One table says what a role may do; facility staff see their facilities; what is done, each recording heard and each picture looked at is in a log that nobody changes, with why',
        remains: 'What a role may do can be done without a reason: the log is there to be read',
        proofs: [
          by('accounts/access/table', 'every cell of the table is as it is written down here'),
          by('api/staff/door', 'the table what a %s may do is done, and nothing else, whichever act is asked'),
          by(
            'api/staff/views/calls',
            'a recording is heard whole or in ranges, and each listening is written down once, before',
          ),
        ],
      },
      {
        id: 'T17',
        threat: 'An agent takes the number of a card, or sends money to themselves',
        stands:
          'Agents neither see nor hear digits; refunds go back where the money came from, and those in question are a supervisor’s',
        remains: 'An agent and a supervisor together',
        proofs: [
          by(
            'api/staff/views/money',
            'an account is shown with what it has, and never with a card’s number or token',
            'refunds to cards in question are listed, and decided by one of several who do so at once',
          ),
        ],
      },
      {
        id: 'T18',
        threat: 'Text that somebody sent (a name, a question, a reason) runs in the page',
        stands: 'The page writes text as text, and its policy runs no script but its own files',
        remains: 'A fault of the browser',
        proofs: [by('api/console', 'what may run only what we sent does, in no frame, and it reaches us alone')],
      },
    ],
  },
  {
    name: 'Servers of other houses',
    between: 'the web layer with a service key, the card gateway, the text carrier, and the API: HTTPS',
    proof: 'a key of which the digest is kept; a signature with a shared secret and a time',
    threats: [
      {
        id: 'T19',
        threat: 'Somebody makes up a payment, a text that says PAY, or sends a true one again',
        stands:
          'Signatures are compared in constant time, over the bytes as they came, no older than minutes; an event counts once',
        remains: 'Who has the gateway’s secret',
        proofs: [
          by(
            'api/card-webhook',
            'an event %s is refused',
            'an event that Stripe signed is heard, byte for byte, as often as it comes',
          ),
          by('api/text-webhook', 'a text %s is refused'),
        ],
      },
      {
        id: 'T20',
        threat: 'A key of the web layer is stolen, or used for more than it was made for',
        stands:
          'A key does what it was given, out of what keys may be given at all; it ends by itself, and is taken back by one command, at once',
        remains: 'What it was given, until somebody notices',
        proofs: [
          by(
            'api/service-door',
            'a key does what it was given, and nothing else; the installation’s token does everything',
            'one that was taken back, cut, changed or made up opens nothing, nor does its digest',
          ),
        ],
      },
      {
        id: 'T21',
        threat: 'A webhook is pointed at a machine inside, or what it brings is forged on its way',
        stands: 'Addresses are https; each event is signed with its time; who subscribes has the installation’s token',
        remains: 'Who has that token is believed: an address inside is not refused',
        proofs: [by('api/webhooks/webhooks', 'webhooks with %j are refused: %s')],
      },
      {
        id: 'T22',
        threat: 'Somebody asks so much that nobody else is served',
        stands:
          'Requests are counted for each family and network, calls for each source; a flood is turned away early and does not keep a call from ending',
        remains: 'More than the line holds: the provider’s to keep out',
        proofs: [
          by(
            'api/family/accounts',
            'the door a family that asks too often is told how long to wait, and no other with it',
          ),
          by('sip-proxy/embedded/limits', 'a flood does not keep a call from ending'),
        ],
      },
    ],
  },
  {
    name: 'The open network of telephony',
    between: 'anybody who sends SIP or RTP, and our ports',
    proof: 'the address of a trunk; digest',
    threats: [
      {
        id: 'T23',
        threat: 'Somebody calls out through us (toll fraud)',
        stands:
          'Who is no trunk and no registered phone of ours is refused; a phone at home reaches the 866 line alone; passwords that are guessed wait longer and longer',
        remains: 'A trunk’s address that is forged by UDP within its network: TLS or a private one',
        proofs: [
          by(
            'ivr/answering/answer',
            'a call from a phone at home is refused when it is for anybody else, or without an offer',
          ),
          by('ivr/answering/door', 'who guesses passwords learns no more by guessing many times at once'),
          by('sip-proxy/digest/digest', 'a nonce counts up: the same request again is stale, the next is verified'),
        ],
      },
      {
        id: 'T24',
        threat: 'Broken or hostile packets stop a server',
        stands:
          'Both embedded servers are fuzzed and attacked for hours; a process that dies is started again, and takes up what it left',
        remains: 'drachtio-server and FreeSWITCH have faults of their own: keep them current',
        proofs: [
          by('sip-proxy/embedded/hostile', 'spoilt messages from the network do no harm'),
          by('test-calls/crash', 'kill -9 of …, at every state of a call'),
        ],
      },
      {
        id: 'T25',
        threat: 'Somebody listens on the way',
        stands:
          'SIP and the API by TLS where it is set; the telephone in the page speaks DTLS-SRTP; the rest belongs on private lines',
        remains: 'Trunks of carriers and facilities that speak UDP in the clear',
        proofs: [by('test-calls/transports', 'baresip registers by %s, is called by that connection, and calls')],
      },
    ],
  },
  {
    name: 'The machine room',
    between: 'our processes, PostgreSQL, Redis, storage, the SIP and media servers',
    proof: 'a secret for each; a private network',
    threats: [
      {
        id: 'T26',
        threat: 'A copy of the database or a disk is stolen',
        stands:
          'Passwords, passcodes, PINs, tokens and codes are not in it as they are, and their peppers lie elsewhere; pictures of documents are encrypted',
        remains:
          'Names, addresses, who called whom, and recordings: the disk and the bucket are to be encrypted by who runs them',
        proofs: [
          by('accounts/passcode/passcode', 'no passcode is in any table, nor in an error'),
          by(
            'accounts/identity/register',
            'three steps and six digits make an identity, and nothing that is secret is kept as it was typed',
          ),
          by('accounts/staff/sign-in', 'the key of a code is sealed: the database and the audit do not tell it'),
        ],
      },
      {
        id: 'T27',
        threat: 'A recording is changed, lost, or replaced after the fact',
        stands:
          'Its SHA-256 is in the database before it is stored, and compared with what storage has; the local copy stays until then',
        remains: 'Who writes both database and storage: keep the bucket’s object lock',
        proofs: [
          by(
            'media/recordings/storage',
            'a %s does not keep a file that is not what its hash says',
            'a %s brings nothing that is not what its hash says, or is not there',
          ),
        ],
      },
      {
        id: 'T28',
        threat: 'A secret reaches a log, an error or an address',
        stands:
          'Secrets have a type that prints as nothing; settings are files; a test searches everything that the house wrote for what was typed',
        remains: 'What an operator writes into a shell',
        proofs: [
          by('processes/config', 'a wrong setting is one clear line that has no secret in it'),
          by('processes/secret-files', 'a wrong secret in a file is named, not shown'),
          by('test-calls/family-line', 'five payments leave their digits nowhere'),
        ],
      },
      {
        id: 'T29',
        threat: 'Power, disk or network fail in the middle of a call or a payment',
        stands:
          'What is acknowledged is on disk; what began is taken up by the next process, or closed as what it is; a call that cannot be recorded is not held',
        remains: 'The last seconds of a recording that its media server had not written',
        proofs: [
          by('ivr/call/recorded-talk', 'a talk that cannot be recorded does not begin'),
          by('test-calls/crash', 'the limit holds when ivr has died'),
        ],
      },
    ],
  },
];
