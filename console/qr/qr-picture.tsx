import { useMemo } from 'preact/hooks';
import { modulesOf } from './modules.ts';

/** Light modules around a code, that readers need (ISO/IEC 18004, 6.3.8). */
const QUIET = 4;

/** A text as a picture that phones read: black on white, in light and dark. */
export function QrPicture({ text, label }: { readonly text: string; readonly label: string }) {
  const { path, side } = useMemo(() => {
    const modules = modulesOf(text);
    const dark = modules.flatMap((row, y) =>
      row.flatMap((is, x) => (is ? [`M${x + QUIET} ${y + QUIET}h1v1h-1z`] : [])),
    );
    return { path: dark.join(''), side: modules.length + 2 * QUIET };
  }, [text]);
  return (
    <svg class="qr" role="img" aria-label={label} viewBox={`0 0 ${side} ${side}`} shape-rendering="crispEdges">
      <rect width={side} height={side} fill="#fff" />
      <path d={path} fill="#000" />
    </svg>
  );
}
