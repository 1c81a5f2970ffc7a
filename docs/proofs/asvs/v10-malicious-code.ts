import type { Chapter } from '../asvs.ts';
import { not, so } from '../asvs-words.ts';
import { by } from '../proof.ts';

export const maliciousCode: Chapter = {
  name: 'V10 Malicious code',
  requirements: [
    so(
      '10.2.1',
      'nothing phones home',
      'No such code is ours; the page reaches our API alone',
      by('api/console', 'what may run only what we sent does, in no frame, and it reaches us alone'),
    ),
    so(
      '10.2.2',
      'no more permissions than are needed',
      'The microphone, for the softphone of agents; nothing else (Permissions-Policy)',
      by('api/console', 'what may run only what we sent does, in no frame, and it reaches us alone'),
    ),
    not('10.3.1', 'updates are signed', 'Nothing updates itself'),
    so(
      '10.3.2',
      'code is whole, and from us',
      'npm’s lock file has the digest of every package; the page loads our files by the digest in their name',
      by('api/console', 'the page comes for every address of it, and names its files by what is in them'),
    ),
    so('10.3.3', 'no names of ours are taken over', 'No name is in the code; the operator’s are settings'),
  ],
};
