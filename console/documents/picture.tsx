import { useState } from 'preact/hooks';
import { useWords } from '../wording/words.tsx';
import { asItCame, lookingOf, viewAfter, type Looking } from './view.ts';

interface PictureProps {
  readonly url: string;
  readonly label: string;
}

/** One picture: brought closer and turned by keys or by buttons, moved by arrows. */
export function Picture({ url, label }: PictureProps) {
  const { words } = useWords();
  const [view, setView] = useState(asItCame);
  const [gone, setGone] = useState(false);
  const pressed = (event: KeyboardEvent) => {
    const looking = event.ctrlKey || event.metaKey || event.altKey ? undefined : lookingOf(event.key);
    if (!looking) return;
    event.preventDefault();
    setView((before) => viewAfter(before, looking));
  };
  const button = (looking: Looking, sign: string) => (
    <button
      type="button"
      title={words.documents.looking[looking]}
      aria-label={`${words.documents.looking[looking]}: ${label}`}
      onClick={() => setView(viewAfter(view, looking))}
    >
      {sign}
    </button>
  );
  const size = `${view.zoom * 100}%`;
  return (
    <figure class="picture">
      <figcaption>
        <span>{label}</span>
        <span class="looks">
          {button('further', '−')}
          {button('closer', '+')}
          {button('turn', '⟳')}
        </span>
      </figcaption>
      <div class="frame" tabIndex={0} role="group" aria-label={words.documents.frame(label)} onKeyDown={pressed}>
        {gone ? (
          <p class="notice bad">{words.documents.noPicture}</p>
        ) : (
          <div style={{ width: size, height: size }}>
            <img
              src={url}
              alt={label}
              draggable={false}
              style={{ transform: `rotate(${view.turn}deg)` }}
              onError={() => setGone(true)}
            />
          </div>
        )}
      </div>
    </figure>
  );
}
