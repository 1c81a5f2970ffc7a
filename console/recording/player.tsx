import { useEffect, useMemo, useState } from 'preact/hooks';
import { shownSeconds } from '../format/time.ts';
import { useWords } from '../wording/words.tsx';
import type { Peak } from './peaks.ts';
import { moveOf, SPEEDS } from './seek.ts';
import { Sound } from './sound.ts';
import { Waveform } from './waveform.tsx';

interface PlayerProps {
  readonly url: string;
  readonly seconds: number;
  /** Undefined: they are not known yet, or cannot be had. */
  readonly peaks: readonly (readonly Peak[])[] | undefined;
  readonly channels: number;
}

/** Plays a recording: by key and by mouse, faster and slower, each side by itself. */
export function Player({ url, seconds: whole, peaks, channels }: PlayerProps) {
  const { words } = useWords();
  const sound = useMemo(() => new Sound(url, channels), [url, channels]);
  const [at, setAt] = useState(0);
  const [playing, setPlaying] = useState(false);
  const [speed, setSpeed] = useState(1);
  const [heard, setHeard] = useState<readonly boolean[]>(() => Array.from({ length: channels }, () => true));
  const [failed, setFailed] = useState(false);

  useEffect(() => {
    const { element } = sound;
    const told = { signal: new AbortController() };
    const { signal } = told.signal;
    element.addEventListener('timeupdate', () => setAt(element.currentTime), { signal });
    element.addEventListener('seeking', () => setAt(element.currentTime), { signal });
    for (const name of ['play', 'pause', 'ended'])
      element.addEventListener(name, () => setPlaying(!element.paused && !element.ended), { signal });
    element.addEventListener('error', () => setFailed(element.error !== null), { signal });
    return () => {
      told.signal.abort();
      sound.close();
    };
  }, [sound]);
  useEffect(() => {
    sound.element.defaultPlaybackRate = speed;
    sound.element.playbackRate = speed;
  }, [sound, speed]);
  useEffect(() => sound.hear(heard), [sound, heard]);

  const toggle = () => {
    setFailed(false);
    if (playing) sound.element.pause();
    else void sound.play().catch(() => setFailed(true));
  };
  const seek = (seconds: number) => {
    sound.element.currentTime = seconds;
    setAt(seconds);
  };
  const keyDown = (event: KeyboardEvent) => {
    const move = moveOf(event.key, event.shiftKey, { seconds: at, of: whole, speed });
    if (!move || event.ctrlKey || event.metaKey || event.altKey) return;
    // A button is pressed by its own key.
    if (move.kind === 'toggle' && event.target instanceof HTMLButtonElement) return;
    if (event.target instanceof HTMLSelectElement || event.target instanceof HTMLInputElement) return;
    event.preventDefault();
    if (move.kind === 'toggle') toggle();
    if (move.kind === 'seek') seek(move.seconds);
    if (move.kind === 'speed') setSpeed(move.speed);
  };
  const pointed = (event: PointerEvent) => {
    const { left, width } = (event.currentTarget as HTMLElement).getBoundingClientRect();
    seek(Math.max(0, Math.min(1, (event.clientX - left) / width)) * whole);
  };
  const position = words.recording.of(shownSeconds(at), shownSeconds(whole));
  return (
    <div class="player" onKeyDown={keyDown} role="group" aria-label={words.recording.title}>
      <div
        class="wave"
        role="slider"
        tabIndex={0}
        aria-label={words.recording.position}
        aria-valuemin={0}
        aria-valuemax={Math.round(whole)}
        aria-valuenow={Math.round(at)}
        aria-valuetext={position}
        onPointerDown={pointed}
      >
        {peaks && <Waveform channels={peaks} played={whole > 0 ? at / whole : 0} heard={heard} />}
      </div>
      <div class="controls">
        <button type="button" class="primary" onClick={toggle}>
          {playing ? words.recording.pause : words.recording.play}
        </button>
        <span class="position">{position}</span>
        {channels > 1 && (
          <fieldset>
            <legend>{words.recording.hear}</legend>
            {heard.map((on, channel) => (
              <label class="check" key={channel}>
                <input
                  type="checkbox"
                  checked={on}
                  onChange={() => setHeard(heard.map((was, other) => (other === channel ? !was : was)))}
                />
                <i class={`dot channel-${channel}`} />
                {words.recording.channels[channel] ?? channel + 1}
              </label>
            ))}
          </fieldset>
        )}
        <label class="speed">
          {words.recording.speed}
          <select value={speed} onChange={({ currentTarget }) => setSpeed(Number(currentTarget.value))}>
            {SPEEDS.map((one) => (
              <option key={one} value={one}>
                {one}×
              </option>
            ))}
          </select>
        </label>
      </div>
      {failed && (
        <p class="notice bad" role="alert">
          {words.recording.failed}
        </p>
      )}
      <p class="hint">
        {words.recording.logged} {words.recording.keysHint}
      </p>
    </div>
  );
}
