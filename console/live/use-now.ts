import { useEffect, useState } from 'preact/hooks';
import { every, nowMs } from '../clock.ts';

/** Milliseconds since the epoch, anew every second. */
export function useNow(): number {
  const [now, setNow] = useState(nowMs);
  useEffect(() => every(1000, () => setNow(nowMs())), []);
  return now;
}
