import { useEffect, useRef, useState } from 'preact/hooks';
import { background, bodyOf } from '../ask/client.ts';
import { after } from '../clock.ts';

/** How long before a stream that was refused is asked for again, milliseconds. One that broke off the browser mends. */
const AGAIN_MS = 5_000;

/** Hears of calls and of the desk as long as it is shown. `happened` is called once more when a stream that broke off is back. */
export function useEvents(wanted: boolean, happened: () => void): { readonly connected: boolean } {
  const [connected, setConnected] = useState(true);
  const [turn, setTurn] = useState(0);
  const heard = useRef(happened);
  heard.current = happened;
  useEffect(() => {
    if (!wanted) return undefined;
    const source = new EventSource('/v1/staff/live/events');
    let again = (): void => undefined;
    let broke = turn > 0;
    const told = () => heard.current();
    source.addEventListener('live', told);
    source.addEventListener('desk', told);
    source.addEventListener('open', () => {
      setConnected(true);
      if (broke) told();
      broke = false;
    });
    source.addEventListener('error', () => {
      broke = true;
      setConnected(false);
      if (source.readyState !== EventSource.CLOSED) return;
      // Perhaps nobody is signed in any more: then this says so.
      void bodyOf(background.GET('/v1/staff/me')).catch(() => undefined);
      again = after(AGAIN_MS, () => setTurn((turn) => turn + 1));
    });
    return () => {
      source.close();
      again();
    };
  }, [wanted, turn]);
  return { connected };
}
