import type { Chapter } from '../asvs.ts';
import { not, so, tested } from '../asvs-words.ts';
import { by } from '../proof.ts';

const headers = by(
  'api/conventions',
  'every answer is not guessed at, framed or run, whatever it is; what is private is not kept',
);
const origins = by('api/conventions', 'pages of other origins as %s, which was not named, are told nothing');

export const configuration: Chapter = {
  name: 'V14 Configuration',
  requirements: [
    so(
      '14.1.1',
      'builds and deployments repeat',
      'npm ci, a Dockerfile of pinned versions, .github/workflows',
      by(
        'processes/containers',
        'the image runs as somebody without rights, from the sources, with the Node that strips types',
      ),
    ),
    not('14.1.2', 'flags of compilers', 'Nothing is compiled to machine code here'),
    so(
      '14.1.3',
      'servers are hardened',
      'Ports on loopback unless told otherwise, no default secrets in containers',
      by('test-calls/attacks/spoilt', 'the ports for applications are open to those who know the password'),
    ),
    so(
      '14.1.4',
      'everything can be deployed anew',
      'docker-compose.yml; migrations run at start',
      by('db/migrate', 'several processes may migrate at once: every migration runs exactly once'),
    ),
    so('14.2.1', 'components are up to date', '`npm run audit`; every version is pinned'),
    so(
      '14.2.2',
      'nothing unneeded is there',
      'The image has neither tests nor development packages',
      by('processes/image', 'nothing of the tests is in it, and it is small'),
    ),
    not('14.2.3', 'files of others have their digest', 'The page has no file of others'),
    so('14.2.4', 'components come from known places', 'npm’s registry, with digests in the lock file; Debian'),
    so('14.2.5', 'a bill of materials', '`npm run sbom` (CycloneDX)'),
    so(
      '14.2.6',
      'libraries are kept behind what is needed of them',
      'drachtio’s clients are met in one file each, gateways behind ports (the linter’s arrows)',
    ),
    so(
      '14.3.2',
      'no debugging in production',
      'There is no such mode; /dump answers this machine alone',
      by(
        'processes/observe',
        'a process that can be drained is not by others, who see no more than health and metrics',
      ),
    ),
    tested('14.3.3', 'no versions in answers', headers),
    tested(
      '14.4.1',
      'every answer says its type',
      by('api/testing/fuzz/fuzz', '%s is found'),
      by('api/console', 'the page comes for every address of it, and names its files by what is in them'),
    ),
    tested('14.4.2', 'answers of the API are kept as files', headers),
    tested(
      '14.4.3',
      'a policy of content',
      headers,
      by('api/console', 'what may run only what we sent does, in no frame, and it reaches us alone'),
    ),
    tested('14.4.4', 'types are not guessed', headers),
    tested(
      '14.4.5',
      'https ever after',
      by('api/conventions', 'every answer says to come by https again when it came by https, and only then'),
    ),
    tested('14.4.6', 'nobody is told where one came from', headers),
    tested('14.4.7', 'nobody frames it', headers),
    tested(
      '14.5.1',
      'only methods that are used',
      by(
        'api/server',
        'the door methods that nothing takes are no way in',
        'the door the log is told who was refused what, and never what they showed; every answer is counted',
      ),
    ),
    tested(
      '14.5.2',
      'Origin is no proof of anybody',
      by('api/family/accounts', 'the door nobody who is not signed in comes in, nor with the service’s token'),
      by('api/staff/door', 'who comes from elsewhere is one of ours: %j'),
    ),
    tested('14.5.3', 'other origins are listed, and null is none', origins),
    tested(
      '14.5.4',
      'headers of proxies count from those alone that are trusted',
      by(
        'api/identity/identity',
        'behind a proxy that is trusted, who asks is whom it names; nobody else’s word for it counts',
      ),
      by(
        'api/staff/door',
        'a session by https the cookie goes by https alone; what a stranger says of that is nothing',
      ),
    ),
  ],
};
