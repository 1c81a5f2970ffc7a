/** What is used of a pino logger. */
export interface Log {
  debug(facts: object, text: string): void;
  info(facts: object, text: string): void;
  warn(facts: object, text: string): void;
  error(facts: object, text: string): void;
}

const nothing = (): void => undefined;

export const silent: Log = { debug: nothing, info: nothing, warn: nothing, error: nothing };
