/** One structured line for one event. Never digits, never the event socket's password. */
export type Log = (
  level: 'debug' | 'info' | 'warn' | 'error',
  event: string,
  fields?: Readonly<Record<string, unknown>>,
) => void;

export const noLog: Log = () => undefined;
