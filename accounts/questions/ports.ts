import type { QuestionSubject } from '#db/questions.ts';
import type { Notify } from '../notices/notice.ts';

/** What whoever asked is told, by e-mail alone. */
export type QuestionNews =
  /** Nothing in it is from whoever wrote: anybody may write in any other's name. */
  | { readonly kind: 'received'; readonly reference: string; readonly subject: QuestionSubject }
  | {
      readonly kind: 'answered';
      readonly reference: string;
      readonly subject: QuestionSubject;
      readonly name: string;
      readonly body: string;
      readonly answer: string;
    };

export interface QuestionDeps {
  readonly now: () => Date;
  /** Writes a notice down to be sent, in the transaction of its cause. One whose key was told before is not told again. */
  readonly notify: Notify<QuestionNews>;
}
