import type { Chapter } from '../asvs.ts';
import { lacks, not, so, tested } from '../asvs-words.ts';
import { by } from '../proof.ts';

export const cryptography: Chapter = {
  name: 'V6 Stored cryptography',
  requirements: [
    lacks(
      '6.1.1',
      'private data is encrypted at rest',
      'Pictures of identity documents are encrypted by us; names, addresses and recordings by the disk and by S3, which are the operator’s',
      by(
        'accounts/documents/documents',
        'a picture lies in storage encrypted, under a name that says nothing; the later of a side counts',
      ),
    ),
    not('6.1.2', 'health data', 'There is none'),
    so(
      '6.1.3',
      'financial data is encrypted at rest',
      'No card is kept: the gateway has it, and a token stands for it',
      by(
        'accounts/cards/saved-card',
        'no column takes a card number, and the error that says so does not have it either',
      ),
      by(
        'accounts/cards/sandbox-gateway',
        'no row of any table of the gateway has the number or the CVV, and no token twice',
      ),
    ),
    tested(
      '6.2.1',
      'cryptography fails safely',
      by('accounts/staff/sealer', 'nobody else, no other secret, and nothing that was changed opens it'),
    ),
    so(
      '6.2.2',
      'proven algorithms and libraries',
      'Node’s OpenSSL and Argon2; DTLS and SRTP of the embedded media server are ours upon OpenSSL’s primitives, tested against other implementations',
    ),
    tested(
      '6.2.3',
      'modes and vectors as is advised',
      by(
        'accounts/staff/sealer',
        'what is sealed is opened under the same secret, for the same holder, and looks different each time',
      ),
    ),
    so(
      '6.2.4',
      'algorithms can be exchanged',
      'Hashes say how they were made, and move when they are next used',
      by(
        'accounts/passcode/hasher',
        'the passcode moves under its own pepper when it is said, and not when a wrong one is',
      ),
    ),
    so(
      '6.2.5',
      'no weak algorithms but where others need them',
      'MD5 where SIP’s digest asks for it (RFC 2617), SHA-1 where TOTP and SRTP do',
    ),
    tested(
      '6.2.6',
      'nonces are used once',
      by(
        'accounts/staff/sealer',
        'what is sealed is opened under the same secret, for the same holder, and looks different each time',
      ),
      by('ivr/answering/door', 'who may call cannot use credentials twice'),
    ),
    tested(
      '6.3.1',
      'what must not be guessed is random',
      by(
        'accounts/identity/keys',
        'a token is 256 bits that nobody guesses: no two are alike, and every bit of them is as often set as not',
      ),
      by('accounts/staff/totp', 'a new key is 160 bits that no other has, and a phone is told all of it'),
    ),
    so('6.3.2', 'GUIDs are version 4', '`randomUUID` of Node'),
    so(
      '6.4.1',
      'secrets are kept by what is made for it',
      'Any setting can be a file that a secret store mounts',
      by('processes/secret-files', 'what a file has is what the setting is, without the end of its line'),
      by('processes/secrets', 'only their owner can read them'),
    ),
    lacks('6.4.2', 'keys stay in a module of their own', 'They are in the memory of the processes that use them'),
  ],
};
