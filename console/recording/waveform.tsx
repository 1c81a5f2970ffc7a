import { useEffect, useRef } from 'preact/hooks';
import { barOf, fitted, loudestOf, type Peak } from './peaks.ts';

interface WaveformProps {
  readonly channels: readonly (readonly Peak[])[];
  /** Of the whole, from 0 to 1. */
  readonly played: number;
  readonly heard: readonly boolean[];
}

const CHANNEL_HEIGHT = 56;

/** Each channel on a line of its own, what was played darker. Its colours are those of the page, in light and dark. */
export function Waveform({ channels, played, heard }: WaveformProps) {
  const canvas = useRef<HTMLCanvasElement>(null);
  useEffect(() => {
    const box = canvas.current;
    if (!box) return undefined;
    const draw = () => drawOn(box, channels, played, heard);
    draw();
    const watch = new ResizeObserver(draw);
    watch.observe(box);
    const dark = matchMedia('(prefers-color-scheme: dark)');
    dark.addEventListener('change', draw);
    // Somebody chose light or dark on this page.
    const theme = new MutationObserver(draw);
    theme.observe(document.documentElement, { attributeFilter: ['data-theme'] });
    return () => {
      watch.disconnect();
      theme.disconnect();
      dark.removeEventListener('change', draw);
    };
  }, [channels, played, heard]);
  return <canvas ref={canvas} style={{ height: `${Math.max(1, channels.length) * CHANNEL_HEIGHT}px` }} />;
}

function drawOn(
  box: HTMLCanvasElement,
  channels: WaveformProps['channels'],
  played: number,
  heard: readonly boolean[],
) {
  const scale = devicePixelRatio;
  const { clientWidth: width, clientHeight: height } = box;
  box.width = Math.round(width * scale);
  box.height = Math.round(height * scale);
  const pen = box.getContext('2d');
  if (!pen || width === 0) return;
  pen.scale(scale, scale);
  const colours = getComputedStyle(box);
  const loudest = loudestOf(channels);
  const place = width * played;
  channels.forEach((channel, number) => {
    const top = number * CHANNEL_HEIGHT;
    const own = colours.getPropertyValue(number === 0 ? '--channel-0' : '--channel-1');
    fitted(channel, Math.floor(width / 2)).forEach(([low, high], part) => {
      const bar = barOf([low / loudest, high / loudest], CHANNEL_HEIGHT - 6);
      const x = part * 2;
      pen.globalAlpha = heard[number] === false ? 0.2 : x < place ? 1 : 0.55;
      pen.fillStyle = own;
      pen.fillRect(x, top + 3 + bar.top, 1.4, bar.length);
    });
  });
  pen.globalAlpha = 1;
  pen.fillStyle = colours.getPropertyValue('--cursor');
  pen.fillRect(Math.min(place, width - 1), 0, 1, height);
}
