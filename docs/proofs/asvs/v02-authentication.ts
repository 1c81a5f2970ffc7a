import type { Chapter } from '../asvs.ts';
import { lacks, not, so, tested } from '../asvs-words.ts';
import { by } from '../proof.ts';

export const authentication: Chapter = {
  name: 'V2 Authentication',
  requirements: [
    lacks(
      '2.1.1',
      'passwords of 12 characters',
      'Families’ have 8, as the guide says (row 55); those of staff have 12',
      by('accounts/identity/password', '%j breaks %j (row 55)'),
      by('processes/staff-command', 'a password that breaks the rules is refused by each that it breaks'),
    ),
    tested('2.1.2', 'up to 128 characters, no more', by('accounts/identity/password', '%j breaks %j (row 55)')),
    tested(
      '2.1.3',
      'none is cut',
      by(
        'accounts/identity/password',
        '%j breaks %j (row 55)',
        'a password is the same however its letters are composed',
      ),
    ),
    tested('2.1.4', 'any character of Unicode', by('accounts/identity/password', '%j breaks %j (row 55)')),
    tested(
      '2.1.5',
      'passwords can be changed',
      by(
        'api/staff/own',
        'another password of one’s own: the old one opens nothing, the session goes on, and the audit has no password',
      ),
      by(
        'accounts/identity/change-password',
        'by the one they have somebody sets another; other devices are signed out, and the holder is told',
      ),
    ),
    tested(
      '2.1.6',
      'a change needs the current password',
      by(
        'accounts/identity/change-password',
        'a wrong one changes nothing, counts as a guess at sign-in, and the fifth locks both',
      ),
      by('api/staff/own', 'who is signed in proves it anew: wrong passwords count as at sign-in, and end no session'),
    ),
    tested(
      '2.1.7',
      'known passwords are refused',
      by(
        'accounts/identity/common-passwords',
        '%s is what whoever guesses tries first',
        'staff may not have one either, however long it is',
      ),
    ),
    lacks(
      '2.1.8',
      'a meter of strength',
      'The web layer’s: the API tells every rule that a password breaks',
      by('api/identity/identity', 'what is wrong is told by codes, and never what was typed'),
    ),
    lacks(
      '2.1.9',
      'no rules of composition',
      'The guide asks for a number, an upper-case and a lower-case letter (row 55)',
    ),
    so('2.1.10', 'no change because time has passed', 'There is no such rule'),
    so(
      '2.1.11',
      'pasting and password managers',
      'The console’s fields are named for them (`autocomplete`) and take what is pasted',
    ),
    so('2.1.12', 'a password can be shown', 'The console’s sign-in has a button for it'),
    tested(
      '2.2.1',
      'guessing is slowed: less than 100 an hour for an account',
      by(
        'accounts/identity/sign-in',
        'five wrong ones in a row lock an address, for longer each time, and its holder is told; a right one ends the row',
      ),
      by(
        'accounts/staff/sign-in',
        'wrong passwords in a row lock the name, whether anybody has it or not, and it is written down of whom',
      ),
      by(
        'accounts/passcode/lock',
        'three wrong ones lock for 5 minutes, three more for 30, then for 24 hours each time',
      ),
      by(
        'ivr/call/pin-check',
        'the sixth wrong PIN locks the phone, for every call; then not even the right one is taken',
      ),
      by(
        'ivr/answering/door',
        'who guesses passwords waits after the fourth guess, and is told how long, without being looked at',
      ),
    ),
    tested(
      '2.2.2',
      'text and mail prove nothing alone',
      by(
        'accounts/identity/reset-password',
        'a wrong or missing answer is wrong, and the third in a row locks, whatever mails are asked for; the holder is told',
      ),
    ),
    tested(
      '2.2.3',
      'the holder is told of changes',
      by(
        'accounts/identity/change-password',
        'by the one they have somebody sets another; other devices are signed out, and the holder is told',
      ),
      by(
        'accounts/identity/sign-in',
        'a refresh token used twice ends its session for both, and its holder is told; other sessions go on',
      ),
      by('accounts/profile/change-profile', 'who is no longer reached where they were is told there as well'),
      by(
        'accounts/passcode/passcode',
        'a passcode is four digits, typed twice, and not easy (row 28); the holder is told',
      ),
    ),
    tested(
      '2.3.1',
      'first secrets are random and short-lived',
      by(
        'accounts/identity/register',
        'the digits are no use to whoever does not hold the registration, nor after half an hour',
      ),
      by(
        'api/staff/members',
        'a password that was made opens nothing but the way to another one, which nobody else knows',
        'a password that was made is too old after three days, one of one’s own is not',
      ),
    ),
    lacks('2.3.2', 'devices such as FIDO keys', 'Codes of an app alone, for staff'),
    not('2.3.3', 'reminders to renew authenticators', 'None has an end'),
    tested(
      '2.4.1',
      'passwords are hashed to withstand being stolen',
      by('accounts/identity/hasher', 'a password is hashed with Argon2id at 19 MiB, under its pepper and for its use'),
      by(
        'accounts/identity/register',
        'three steps and six digits make an identity, and nothing that is secret is kept as it was typed',
      ),
    ),
    tested(
      '2.4.2',
      'each with a salt of its own',
      by('accounts/identity/hasher', 'a password is hashed with Argon2id at 19 MiB, under its pepper and for its use'),
    ),
    not('2.4.3', 'PBKDF2’s iterations', 'Argon2id is used'),
    not('2.4.4', 'bcrypt’s work factor', 'Argon2id is used'),
    tested(
      '2.4.5',
      'a secret salt as well',
      by('accounts/passcode/passcode', 'the pepper is part of it: the same passcode under another opens nothing'),
      by('accounts/identity/hasher', 'a password is hashed with Argon2id at 19 MiB, under its pepper and for its use'),
    ),
    lacks(
      '2.5.1',
      'recovery secrets are not sent readable',
      'Six digits and a link are mailed, good for half an hour and for nothing without the three answers',
      by('accounts/identity/reset-password', 'the digits are tried five times, and are good for half an hour'),
    ),
    lacks(
      '2.5.2',
      'no secret questions',
      'The guide asks for three (row 56): they are asked beside the mail, never instead',
      by('accounts/identity/reset-password', 'one mail is good for three tries at the answers'),
    ),
    tested(
      '2.5.3',
      'recovery never tells the password',
      by(
        'accounts/identity/reset-password',
        'by digits and three answers, however they are spelled, there is another password, and no session left',
      ),
    ),
    so(
      '2.5.4',
      'no shared or default accounts',
      'Demonstration people exist where `npm start` seeds them alone, with passwords made at random',
      by(
        'accounts/staff/demo',
        'the agents of the demonstration sign in with what is printed, at every start the same, until it is changed',
      ),
    ),
    tested(
      '2.5.5',
      'the holder is told when a factor changes',
      by(
        'accounts/passcode/passcode',
        'a passcode is four digits, typed twice, and not easy (row 28); the holder is told',
      ),
      by(
        'accounts/identity/reset-password',
        'a wrong or missing answer is wrong, and the third in a row locks, whatever mails are asked for; the holder is told',
      ),
    ),
    lacks('2.5.6', 'recovery by a strong second way', 'By mail and three answers; families have no app of codes'),
    so(
      '2.5.7',
      'a lost second factor is replaced as it was given',
      'At the machine, or by an administrator, with a reason in the audit',
      by(
        'processes/staff-command',
        'a code that is asked stays asked when the password alone is another',
        'who manages staff is told of the code to come; who lost it gets back in at the machine, and sets another up',
      ),
    ),
    tested(
      '2.6.1',
      'look-up secrets are used once',
      by(
        'api/staff/own',
        'recovery codes stand in for the app once each, however they are typed, and only for whom they were made',
        'recovery codes of two who use one at once, one is in',
      ),
    ),
    so('2.6.2', 'look-up secrets are random', 'Ten letters of the operating system’s randomness, 49 bits'),
    tested(
      '2.6.3',
      'look-up secrets withstand being stolen',
      by('api/staff/own', 'recovery codes stand in no row as they are, nor in the audit'),
    ),
    so('2.7.1', 'texts are not what one signs in by', 'No text ever is'),
    lacks(
      '2.7.2',
      'codes end after ten minutes',
      'Those by mail after thirty: mail is slow',
      by(
        'accounts/identity/register',
        'the digits are no use to whoever does not hold the registration, nor after half an hour',
      ),
    ),
    tested(
      '2.7.3',
      'each once, for what asked for it',
      by('accounts/identity/fill-proof', 'tokens and digits are of one proof, one use and one secret'),
      by(
        'accounts/identity/reset-password',
        'of two that set a password with one proof, one does',
        'a registration’s mail proves nothing here, nor the other way round',
      ),
    ),
    so(
      '2.7.4',
      'over a channel of its own',
      'E-mail, over TLS',
      by('accounts/notices/real-server/exim', 'a receipt in Spanish is in the mailbox, over TLS, as it was written'),
    ),
    tested(
      '2.7.5',
      'a digest of the code is kept alone',
      by(
        'accounts/identity/register',
        'three steps and six digits make an identity, and nothing that is secret is kept as it was typed',
      ),
      by('accounts/identity/fill-proof', 'the digits and the link are put in as the mail leaves (%s)'),
    ),
    tested(
      '2.7.6',
      'codes of 20 bits and more',
      by('accounts/identity/fill-proof', 'tokens and digits are of one proof, one use and one secret'),
      by('accounts/identity/register', 'five tries at the digits, also at once: then the right ones do not help'),
    ),
    tested(
      '2.8.1',
      'codes of an app end',
      by('accounts/staff/totp', 'a code is known in its step and the ones beside it, and in no other'),
    ),
    tested(
      '2.8.2',
      'their keys are protected',
      by('accounts/staff/sign-in', 'the key of a code is sealed: the database and the audit do not tell it'),
      by('accounts/staff/sealer', 'nobody else, no other secret, and nothing that was changed opens it'),
    ),
    tested(
      '2.8.3',
      'by approved algorithms',
      by(
        'accounts/staff/totp',
        'the value of counter %i is %s',
        'a new key is 160 bits that no other has, and a phone is told all of it',
      ),
    ),
    tested(
      '2.8.4',
      'each once',
      by(
        'accounts/staff/sign-in',
        'of whom a code is asked needs password and code; each code is good once, and so is none before it',
        'one code lets one of many in',
      ),
    ),
    lacks(
      '2.8.5',
      'a code used again is logged, and its holder told',
      'It is refused, counted as a guess and logged; nobody is told',
      by('accounts/staff/sign-in', 'a code that another sign-in uses meanwhile is used'),
    ),
    tested(
      '2.8.6',
      'a lost generator is revoked at once',
      by(
        'api/staff/own',
        'an app of codes is made known by its first code, asked from then on, and taken off again',
        'who has another phone moves there by a code of the old one, which is asked until the new one has shown its own',
      ),
    ),
    not('2.8.7', 'biometrics as a second factor alone', 'There are none here; the app’s are the app’s'),
    not('2.9.1', 'keys of cryptographic devices', 'No device signs in'),
    not('2.9.2', 'their challenges', 'No device signs in; SIP’s nonces are its own'),
    not('2.9.3', 'their algorithms', 'No device signs in'),
    so(
      '2.10.1',
      'services do not rely on unchanging secrets',
      'Service keys end after 730 days at most; the installation’s token is replaced by its operator, without a gap',
      by(
        'api/service-door',
        'a key opens nothing from its end on, and whoever holds it is told so; another of its name takes over',
        'the token of before is good beside the new one; that it is shown is told once a day, and never what it is',
      ),
    ),
    so(
      '2.10.2',
      'no default passwords between services',
      'docker-compose.yml mounts secrets that were made at random; the defaults of drachtio-server and FreeSWITCH are for loopback',
      by('processes/made-secrets', 'every secret is made for this user alone, or said to be missing'),
    ),
    tested(
      '2.10.3',
      'passwords of services are kept safe',
      by('processes/secrets', 'only their owner can read them'),
      by('api/service-door', 'one that was taken back, cut, changed or made up opens nothing, nor does its digest'),
    ),
    tested(
      '2.10.4',
      'secrets are not in the source',
      by('processes/containers', 'every secret that it mounts can be made, or is known to be given'),
      by('processes/secret-files', 'a wrong secret in a file is named, not shown'),
    ),
  ],
};
