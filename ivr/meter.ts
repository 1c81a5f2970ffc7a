import type { Shed } from './admission.ts';
import type { Disposition } from './cdr/dispositions.ts';

/** What a process counts about its calls; exposed by whoever runs it. */
export interface Meter {
  callBegan(): void;
  callEnded(disposition: Disposition, seconds: number): void;
  refusedRequest(status: number): void;
  /** A call that this process did not take because of its load. */
  shed(why: Shed['why']): void;
  /** A PIN that nobody at the facility has; `lock`, it was the one that locked its phone; `alarm`, it was one too many in this hour. */
  wrongPin(facilityId: string, what: 'wrong' | 'lock' | 'alarm'): void;
}
