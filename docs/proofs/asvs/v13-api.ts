import type { Chapter } from '../asvs.ts';
import { not, so, tested } from '../asvs-words.ts';
import { by } from '../proof.ts';

const types = by('api/server', 'the door a content that is no JSON is not read, whatever is in it');

export const api: Chapter = {
  name: 'V13 API',
  requirements: [
    so(
      '13.1.1',
      'everybody reads alike',
      'One parser of URIs for HTTP, one for SIP, each used everywhere',
      by(
        'jobs/webhooks/post',
        'a letter goes to the address that was looked at, though the name means another one by then',
      ),
    ),
    so('13.1.3', 'no secrets in addresses', 'Tokens are headers and cookies'),
    tested(
      '13.1.4',
      'rights are looked at for the route and for the thing',
      by('api/staff/door', 'the table what a %s may do is done, and nothing else, whichever act is asked'),
      by('api/family/accounts', 'blocks of somebody else’s number are neither seen, placed nor lifted'),
    ),
    tested('13.1.5', 'other content types are refused', types),
    tested(
      '13.2.1',
      'methods are for those who may',
      by('api/server', 'the door methods that nothing takes are no way in'),
      by('accounts/access/table', 'every cell of the table is as it is written down here'),
    ),
    tested('13.2.2', 'JSON is read by schemas', by('api/testing/fuzz/fuzz', '%s is found')),
    tested(
      '13.2.3',
      'what has cookies is safe from other sites',
      by('api/staff/door', 'who comes from elsewhere changes nothing: %j'),
    ),
    tested('13.2.5', 'the content type is looked at', types),
    so(
      '13.2.6',
      'nothing is changed on the way',
      'TLS; our webhooks, and those of others, are signed',
      by(
        'accounts/webhooks/webhooks',
        'a webhook is signed over the second and the body, with a secret of its own that follows from the house’s',
      ),
      by('api/card-webhook', 'an event that Stripe signed is heard, byte for byte, as often as it comes'),
    ),
    not('13.3.1', 'SOAP is validated', 'There is none'),
    not('13.3.2', 'SOAP is signed', 'There is none'),
    not('13.4.1', 'GraphQL has limits', 'There is none'),
    not('13.4.2', 'GraphQL has no rights of its own', 'There is none'),
  ],
};
