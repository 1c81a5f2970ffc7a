import type { Chapter } from '../asvs.ts';
import { lacks, not, so, tested } from '../asvs-words.ts';
import { by } from '../proof.ts';

export const sessions: Chapter = {
  name: 'V3 Sessions',
  requirements: [
    so(
      '3.1.1',
      'no tokens in addresses',
      'A bearer header or a cookie; a mailed link has its token behind #',
      by('api/staff/door', 'a session somebody signs in, sees who they are, signs out, and is out'),
    ),
    tested(
      '3.2.1',
      'signing in makes a new token',
      by('accounts/staff/sign-in', 'signing in ends the session of before, which is told why'),
      by(
        'accounts/identity/sign-in',
        'an access token is good for ten minutes; a refresh token is taken for a new pair',
      ),
    ),
    tested(
      '3.2.2',
      'tokens of 64 bits and more',
      by(
        'accounts/identity/keys',
        'a token is 256 bits that nobody guesses: no two are alike, and every bit of them is as often set as not',
      ),
    ),
    lacks(
      '3.2.3',
      'browsers keep tokens safely',
      'The console’s is a cookie that no script reads; families’ are the web layer’s to keep',
      by('api/staff/door', 'a session somebody signs in, sees who they are, signs out, and is out'),
    ),
    so(
      '3.2.4',
      'made by approved algorithms',
      '`randomBytes` of Node (OpenSSL)',
      by(
        'accounts/identity/keys',
        'a token is 256 bits that nobody guesses: no two are alike, and every bit of them is as often set as not',
      ),
    ),
    tested(
      '3.3.1',
      'signing out ends the token',
      by('api/staff/door', 'a session somebody signs in, sees who they are, signs out, and is out'),
      by('accounts/identity/sign-in', 'signing out ends one session; revoking ends one’s own alone'),
    ),
    lacks(
      '3.3.2',
      'signing in again after 12 hours, or 30 minutes without use',
      'Staff: half a day, 15 minutes; families stay signed in for 30 days without use, 90 in all',
      by(
        'accounts/staff/sign-in',
        'a session that is not used for a quarter of an hour is over; use keeps it, what a page asks by itself does not',
        'however much it is used, a session ends after half a day',
      ),
      by('accounts/identity/sign-in', 'a refresh token is good for thirty days, a session for ninety'),
    ),
    tested(
      '3.3.3',
      'another password ends other sessions',
      by(
        'accounts/identity/change-password',
        'by the one they have somebody sets another; other devices are signed out, and the holder is told',
      ),
      by('accounts/staff/sign-in', 'another password ends the session and a lock, and the old one is good no more'),
      by(
        'accounts/identity/reset-password',
        'by digits and three answers, however they are spelled, there is another password, and no session left',
      ),
    ),
    tested(
      '3.3.4',
      'one sees and ends one’s sessions',
      by('api/identity/identity', 'one sees one’s sessions, ends one or all, and nobody else’s'),
    ),
    tested(
      '3.4.1',
      'cookies are Secure',
      by(
        'api/staff/door',
        'a session by https the cookie goes by https alone; what a stranger says of that is nothing',
      ),
    ),
    tested(
      '3.4.2',
      'cookies are HttpOnly',
      by('api/staff/door', 'a session somebody signs in, sees who they are, signs out, and is out'),
    ),
    tested(
      '3.4.3',
      'cookies are SameSite',
      by('api/staff/door', 'a session somebody signs in, sees who they are, signs out, and is out'),
    ),
    tested(
      '3.4.4',
      'cookies are named __Host-',
      by(
        'api/staff/door',
        'a session by https the cookie goes by https alone; what a stranger says of that is nothing',
      ),
    ),
    so('3.4.5', 'cookies have the narrowest path', '`__Host-` asks for the path /: the host is the API’s alone'),
    not('3.5.1', 'OAuth tokens can be revoked', 'There is no OAuth'),
    so(
      '3.5.2',
      'sessions, not static keys',
      'People have sessions; servers of the web layer have keys for certain acts',
      by(
        'api/service-door',
        'a key does what it was given, and nothing else; the installation’s token does everything',
      ),
    ),
    not('3.5.3', 'stateless tokens are signed', 'Tokens are random, and looked up'),
    tested(
      '3.7.1',
      'what is sensitive asks for a proof anew',
      by('api/staff/own', 'who is signed in proves it anew: wrong passwords count as at sign-in, and end no session'),
      by('api/family/proof-anew', '%s %s asks for the password anew'),
      by(
        'api/family/proof-anew',
        'it counts in the session where it was given, for ten minutes, however often that is refreshed',
      ),
      by(
        'accounts/identity/prove',
        'wrong ones count with those of sign-in, lock, are told to the holder, and end no session',
      ),
    ),
  ],
};
