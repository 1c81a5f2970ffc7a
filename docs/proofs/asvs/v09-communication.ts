import type { Chapter } from '../asvs.ts';
import { lacks, so } from '../asvs-words.ts';
import { by } from '../proof.ts';

export const communication: Chapter = {
  name: 'V9 Communication',
  requirements: [
    so(
      '9.1.1',
      'TLS for every client',
      'The API speaks TLS with API_TLS_KEY_FILE and API_TLS_CERT_FILE, or behind a proxy that ends it (TRUSTED_PROXIES); by https it asks for https ever after. SIP is spoken by TLS where it is set, carriers and facilities decide',
      by(
        'processes/api-certificate',
        'a client that verifies the certificate is answered over TLS, and told to come so again; another refuses',
        'a pair that does not fit is told and not served; one that fits is, and connections go on',
      ),
      by('api/conventions', 'every answer says to come by https again when it came by https, and only then'),
      by('test-calls/transports', 'baresip registers by %s, is called by that connection, and calls'),
    ),
    so('9.1.2', 'strong ciphers alone', 'Those of Node and OpenSSL, or the proxy’s for HTTP'),
    so(
      '9.1.3',
      'TLS 1.2 and later',
      'Set for HTTP; Node’s defaults for SIP',
      by('processes/api-certificate', 'TLS before 1.2 is not spoken, whatever the machine’s OpenSSL would allow'),
    ),
    so(
      '9.2.1',
      'certificates are verified',
      'A CA of one’s own is given by name, for mail',
      by(
        'accounts/notices/real-server/exim',
        'a certificate that nobody vouches for gets no mail: it waits, and the reason says why',
        'a certificate of another name gets none either',
      ),
    ),
    lacks(
      '9.2.2',
      'every connection is encrypted',
      'PostgreSQL, Redis, mail, S3, Stripe and Twilio by TLS; not the event sockets of the SIP and media servers',
    ),
    so(
      '9.2.3',
      'connections to others are authenticated',
      'Keys of Stripe and Twilio; their webhooks are signed',
      by('api/card-webhook', 'an event %s is refused'),
      by('api/text-webhook', 'a text %s is refused'),
    ),
    lacks('9.2.4', 'revoked certificates are found', 'Node does not look; the proxy may staple'),
  ],
};
