/** How it rings (as North American telephones do): both at once, hertz; on and off, seconds. */
const tones = [440, 480] as const;
const [ON, OFF] = [2, 4] as const;
/** Beats that are planned at once: half a minute, longer than an agent is rung. */
const BEATS = 6;
const LOUD = 0.08;
/** Before what the window is called, where it stands among others. */
const mark = '☎ ';

/** Rings, made of tones, and says so in the title of the window; what is returned ends that. */
export function ring(audio: AudioContext): () => void {
  const gain = audio.createGain();
  gain.gain.value = 0;
  gain.connect(audio.destination);
  const begin = audio.currentTime;
  for (let beat = 0; beat < BEATS; beat++) {
    const at = begin + beat * (ON + OFF);
    gain.gain.setValueAtTime(LOUD, at);
    gain.gain.setValueAtTime(0, at + ON);
  }
  const sources = tones.map((hertz) => {
    const source = audio.createOscillator();
    source.frequency.value = hertz;
    source.connect(gain);
    source.start();
    return source;
  });
  // Until somebody has done something in the page, browsers let nothing be heard.
  void audio.resume();
  if (!document.title.startsWith(mark)) document.title = mark + document.title;
  return () => {
    for (const source of sources) source.stop();
    gain.disconnect();
    if (document.title.startsWith(mark)) document.title = document.title.slice(mark.length);
  };
}
