/** Why a process could not start: what happened, and what to do about it where that is known. */
export function whyNot(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const { code, port } = error as NodeJS.ErrnoException & { port?: number };
  if (code === 'EADDRINUSE' && port !== undefined)
    return `port ${port} is in use by another program; stop that, or choose another port (SIP_PORT, OBSERVE_PORT, ...)`;
  return error.message;
}
