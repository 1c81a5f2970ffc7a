import { EventEmitter } from 'node:events';
import type { Host } from '../child.ts';

/** The machine and the supervisor of one process, played by a test. */
export class PlayedHost extends EventEmitter {
  readonly env: Record<string, string>;
  /** What the supervisor was told. */
  readonly messages: object[] = [];
  /** Undefined as long as the process lives. */
  exitCode: number | undefined;
  complaints = '';
  readonly stderr = { write: (text: string) => void (this.complaints += text) };
  readonly send: ((message: object, sent?: () => void) => boolean) | undefined;

  constructor(env: Record<string, string> = {}, { supervised = true } = {}) {
    super();
    this.env = env;
    if (supervised)
      this.send = (message, sent) => {
        this.messages.push(message);
        sent?.();
        return true;
      };
  }

  exit(code: number): void {
    this.exitCode ??= code;
    this.emit('exited');
  }

  /** The same, for whoever takes a real one. */
  get real(): Host {
    return this as unknown as Host;
  }
}
