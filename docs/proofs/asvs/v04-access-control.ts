import type { Chapter } from '../asvs.ts';
import { so, tested } from '../asvs-words.ts';
import { by } from '../proof.ts';

export const accessControl: Chapter = {
  name: 'V4 Access control',
  requirements: [
    tested(
      '4.1.1',
      'decided on the server',
      by('api/staff/door', 'the table what a %s may do is done, and nothing else, whichever act is asked'),
      by('api/family/accounts', 'the door nobody who is not signed in comes in, nor with the service’s token'),
    ),
    tested(
      '4.1.2',
      'nobody changes what it is decided by',
      by('api/staff/door', 'the table what a route is told of who asks, and what it writes down, is the session’s'),
      by('api/staff/members', 'what is nobody’s id, and a body with more than is asked, are problems'),
    ),
    tested(
      '4.1.3',
      'the least rights',
      by(
        'accounts/access/table',
        'every cell of the table is as it is written down here',
        'facility staff see their facilities, all others all',
      ),
      by(
        'api/service-door',
        'no key is given what is of people alone, and one that has it by other ways may not do it',
      ),
    ),
    tested(
      '4.1.5',
      'closed when something fails',
      by('ivr/policy/may-call', 'fails closed without facts'),
      by('api/server', 'a database that is away is a problem that says so'),
      by('api/staff/door', 'the table nothing is done for anybody who is not signed in'),
    ),
    tested(
      '4.2.1',
      'nobody reaches what is another’s by its id',
      by(
        'api/family/accounts',
        'an account which of several is meant must be said, and somebody else’s is none',
        'blocks of somebody else’s number are neither seen, placed nor lifted',
      ),
      by(
        'api/family/money',
        'deposits by a card of the gateway’s page are made once, and the card is saved when its holder agrees',
      ),
      by('api/staff/views/calls', 'the list of calls has for facility staff what is of their facilities alone'),
    ),
    tested(
      '4.2.2',
      'no request is forged from another site',
      by(
        'api/staff/door',
        'who comes from elsewhere changes nothing: %j',
        'who comes from elsewhere reads nothing either, unless somebody typed the address',
      ),
    ),
    tested(
      '4.3.1',
      'administrators sign in with a second factor',
      by(
        'api/staff/door',
        'a role that needs a second factor %s: who must have a code does nothing before it is confirmed, whoever need not has none asked',
        'a role that needs a second factor who is made an administrator is held to it at once, also in a session that is open',
      ),
      by('api/staff/own', 'whose role needs a code keeps it, whatever is proven, and moves it to another phone'),
    ),
    tested(
      '4.3.2',
      'no listing of folders',
      by('api/console', 'a file is kept for good, and one that was replaced is not answered with the page'),
    ),
    so(
      '4.3.3',
      'duties are apart where money moves',
      'Agents order, supervisors decide about refunds and cheques, each written down',
      by(
        'api/staff/views/money',
        'refunds to cards in question are listed, and decided by one of several who do so at once',
      ),
    ),
  ],
};
