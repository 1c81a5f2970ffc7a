import { useEffect } from 'preact/hooks';
import { useDesk, type MyDesk } from '../live/use-desk.tsx';
import { useNow } from '../live/use-now.ts';
import { NumberLink } from '../parts/shown.tsx';
import { useWords } from '../wording/words.tsx';
import { Codes } from './codes.tsx';

interface WrapUpProps {
  readonly call: NonNullable<MyDesk['call']>;
  readonly codes: MyDesk['codes'];
  /** When it is over by itself. */
  readonly until: string | undefined;
}

/** The time after a talk: what it was about, and how long until the next may come. */
export function WrapUp({ call, codes, until }: WrapUpProps) {
  const { words } = useWords();
  const { refresh } = useDesk();
  const now = useNow();
  const left = until === undefined ? 0 : Math.max(0, Math.ceil((Date.parse(until) - now) / 1000));
  const isOver = left === 0;
  // Whoever waits ends it; where nobody does, it is looked at once it should be over.
  useEffect(() => {
    if (isOver) refresh();
  }, [isOver, refresh]);
  return (
    <>
      <p class="head">
        {words.phone.wrapUp} <NumberLink number={call.number} />
      </p>
      <p class="hint" role="timer" aria-live="off">
        {isOver ? words.phone.wrapUpOver : words.phone.wrapUpLeft(left)}
      </p>
      <Codes call={call} codes={codes} />
    </>
  );
}
