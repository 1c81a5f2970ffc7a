import { isUnavailable } from '#db/unavailable.ts';

/** Why something could not be started, in one line: what happened, and what to do about it where that is known. */
export function whyNot(error: unknown): string {
  if (!(error instanceof Error)) return oneLine(String(error));
  if (isUnavailable(error))
    return `the database does not answer (${error.code}); see that it runs, and that DATABASE_URL, where it is set, says where`;
  const { code, port, path } = error as NodeJS.ErrnoException & { readonly port?: number };
  switch (code) {
    case 'EADDRINUSE':
      return `port ${port ?? ''} is in use by another program; stop that, or choose another port (SIP_PORT, API_PORT, OBSERVE_PORT, ...)`;
    case 'ENOSPC':
      return `there is no space left on the disk${at(path)}; free some, or choose another VAR_FOLDER`;
    case 'ENOTDIR':
    case 'EEXIST':
      return `a file stands where a folder must be${at(path)}; move it, or choose another VAR_FOLDER`;
    case 'EACCES':
    case 'EPERM':
    case 'EROFS':
      if (port !== undefined)
        return `this user may not use port ${port}; choose one above 1023 (SIP_PORT, API_PORT, OBSERVE_PORT, ...), or give it the right to`;
      return `this user may not write${at(path)}; give it the right to, or choose another VAR_FOLDER`;
    default:
      return oneLine(error.message);
  }
}

const at = (path: string | undefined): string => (path === undefined ? '' : ` at ${path}`);

const oneLine = (text: string): string => text.trim().replace(/\s*\n\s*/g, ' ');
