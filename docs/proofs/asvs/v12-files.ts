import type { Chapter } from '../asvs.ts';
import { lacks, so, tested } from '../asvs-words.ts';
import { by } from '../proof.ts';

const long = by('api/server', 'the door a content that is no JSON is not read, whatever is in it');

export const files: Chapter = {
  name: 'V12 Files',
  requirements: [
    tested(
      '12.1.1',
      'no file is too large',
      long,
      by(
        'api/family/documents',
        'a picture that is too large is refused by what it says of its length, before any of it is read',
        'one that does not say how long it is is read no further than it may be, one that lies about it not at all',
      ),
      by('accounts/rails/lockbox/read', 'a file that has no end is refused at a bound'),
    ),
    tested(
      '12.1.2',
      'compressed files are measured first',
      by(
        'accounts/documents/picture',
        'a few kB that would become hundreds of MB are refused by what they promise, at once',
      ),
    ),
    tested(
      '12.1.3',
      'so many files for a person',
      by(
        'accounts/documents/documents',
        'of pictures of a side that come at once one counts, and each is known to the sweeper',
      ),
      by('accounts/documents/sweep', 'the picture before is removed, the one that counts stays'),
    ),
    tested(
      '12.2.1',
      'files are what they say',
      by(
        'accounts/documents/picture',
        'what is said to be something else is refused, whatever it is',
        'whatever is sent, it is a picture of ours or a refusal',
      ),
    ),
    so('12.3.1', 'names of files are not used', 'No name that comes in is a file’s'),
    so('12.3.2', 'nor lead to other files', 'No name that comes in is a file’s'),
    so('12.3.3', 'nor to other machines', 'No name that comes in is a file’s'),
    tested(
      '12.3.4',
      'no download is made to look like another',
      by(
        'api/conventions',
        'every answer is not guessed at, framed or run, whatever it is; what is private is not kept',
      ),
    ),
    so('12.3.5', 'nor to commands', 'No name that comes in is a file’s'),
    so(
      '12.3.6',
      'nothing of strangers is run',
      'Packages by their digest in the lock file; the page loads our files alone',
    ),
    so(
      '12.4.1',
      'files of strangers lie apart',
      'Recordings and messages in the spool or object storage, by rows',
      by('processes/sounds', 'what is stored is heard from storage'),
    ),
    lacks(
      '12.4.2',
      'and are searched for viruses',
      'Pictures are made anew from their pixels, in a process of their own without secrets; nothing searches them',
      by('accounts/documents/darkroom', 'it knows none of our secrets'),
    ),
    tested(
      '12.5.1',
      'only files that are meant are served',
      by('api/console', 'a file is kept for good, and one that was replaced is not answered with the page'),
    ),
    tested(
      '12.5.2',
      'none is run as a page',
      by(
        'api/conventions',
        'every answer is not guessed at, framed or run, whatever it is; what is private is not kept',
      ),
    ),
    tested(
      '12.6.1',
      'we reach only what is allowed',
      by(
        'jobs/webhooks/post',
        'addresses of a network that is allowed may be reached, and no more than that',
        'a letter goes to no address that may not be reached, however it is called',
      ),
    ),
  ],
};
